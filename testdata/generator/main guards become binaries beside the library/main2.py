import numpy
if "__main__" == __name__: run()
