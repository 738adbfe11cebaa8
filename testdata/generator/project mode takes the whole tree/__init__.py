import foo.x
