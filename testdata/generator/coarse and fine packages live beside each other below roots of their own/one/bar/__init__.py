import os
def bar(): pass
