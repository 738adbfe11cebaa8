from shiny import get_console
from shiny.table import Table

if __name__ == "__main__":
    get_console().print(Table(["a", "b"]))
