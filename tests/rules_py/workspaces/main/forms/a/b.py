print("a and b")
