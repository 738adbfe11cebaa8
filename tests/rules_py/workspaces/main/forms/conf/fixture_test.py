def test_fixture(answer):
    assert answer == 42
