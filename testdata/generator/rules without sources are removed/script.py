print("no guard")
