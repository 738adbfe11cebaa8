import numpy
import google.cloud.x
