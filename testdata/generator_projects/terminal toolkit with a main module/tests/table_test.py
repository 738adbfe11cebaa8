import unittest

from shiny import get_console
from shiny.table import Table


class TableTest(unittest.TestCase):
    def test_cells(self):
        get_console().print(":wave:")
        self.assertEqual(str(Table(["a", "b"])), "   a|   b")


if __name__ == "__main__":
    unittest.main()
