import kept.x
