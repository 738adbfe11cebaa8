import unittest

from manage import main
from shop.models import Item
from site_core import registry


class ShopTest(unittest.TestCase):
    def test_item(self):
        self.assertEqual(Item("tea", 3).name, "tea")
        self.assertEqual(registry.run(["load"]), 0)
        self.assertTrue(callable(main))


if __name__ == "__main__":
    unittest.main()
