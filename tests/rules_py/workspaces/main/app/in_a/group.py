GROUP = "a"
