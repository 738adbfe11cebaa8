import disabled.x
