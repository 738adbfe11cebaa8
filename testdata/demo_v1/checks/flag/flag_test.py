def test_flag():
    assert True
