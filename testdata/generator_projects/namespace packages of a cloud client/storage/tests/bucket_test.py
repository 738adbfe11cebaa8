import unittest

from acme.cloud.storage import Bucket


class BucketTest(unittest.TestCase):
    def test_download(self):
        self.assertEqual(Bucket(a=1).blob("a").download(), 1)


if __name__ == "__main__":
    unittest.main()
