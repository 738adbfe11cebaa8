GROUP = "b"
