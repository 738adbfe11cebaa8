import lin
