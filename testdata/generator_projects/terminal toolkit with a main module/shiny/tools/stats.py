import statistics

import shiny.table
from shiny.console import Console

if __name__ == "__main__":
    Console().print(shiny.table.Table([str(statistics.mean([1, 2]))]))
