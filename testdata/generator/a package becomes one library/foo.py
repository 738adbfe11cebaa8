def bar(): pass
