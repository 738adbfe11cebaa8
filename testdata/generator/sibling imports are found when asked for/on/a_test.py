import a
import test_util
