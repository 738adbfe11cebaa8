import numpy
import spelled
