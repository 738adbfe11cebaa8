import pkg.deep.er
