import pkg.util
import pkg.deep.er
