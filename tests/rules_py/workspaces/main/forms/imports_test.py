import os

import deep_module
import forms.imp.deep.deep_module

assert deep_module.NAME == forms.imp.deep.deep_module.NAME == "deep"
assert os.path.exists(os.path.join(os.path.dirname(__file__), "BUILD.bazel"))
