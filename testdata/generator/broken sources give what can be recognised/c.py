type X[T] = list[T]
def f[T: int](x: T) -> T:
    import also
    return f"{f"{x!r:>{10}}" + "'"}"
match x:
    case [1, *_]: import good
try:
    pass
except ValueError, error:
    exec "import nothing"
lazy import also
t = t"{x}"
