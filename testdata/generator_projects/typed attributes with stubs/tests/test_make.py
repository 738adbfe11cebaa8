import unittest

import attrlike
from attrlike import converters


@attrlike.define
class Point:
    x: int
    y: int


class MakeTest(unittest.TestCase):
    def test_init(self):
        self.assertEqual(Point(1, 2).y, 2)
        self.assertIsNone(converters.optional(int)(None))
        with self.assertRaises(ValueError):
            Point(None, 1)


if __name__ == "__main__":
    unittest.main()
