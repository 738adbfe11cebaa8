import unittest

from helpers import make_app


class AppTest(unittest.TestCase):
    def test_route(self):
        app = make_app()
        app.route("/")(lambda: {"a": 1})
        self.assertEqual(app.client().get("/"), '{"a": 1}')
        self.assertEqual(app.run(), 0)


if __name__ == "__main__":
    unittest.main()
