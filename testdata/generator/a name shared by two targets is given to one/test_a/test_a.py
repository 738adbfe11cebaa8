import test_a.b
