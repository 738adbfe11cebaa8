import lin, m
