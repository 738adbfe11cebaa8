import numpy
import pandas

if __name__ == "__main__":
    run()
