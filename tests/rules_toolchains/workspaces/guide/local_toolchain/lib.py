WHERE = __cached__
