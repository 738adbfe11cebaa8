"""Checks of what locks, markers and names of wheels mean; a failure stops the loading of the package."""

load("<RULES>//python/private:markers.bzl", "marker_env", "marker_holds")
load("<RULES>//python/private:requirements.bzl", "normalize_name", "read_options", "read_requirements")
load("<RULES>//python/private:wheel_choice.bzl", "parse_wheel_name", "same_version", "wheel_rank")

_ENV = marker_env(struct(arch = "amd64", name = "linux"), "3.11.4")
_MARKERS = {
    "'linux' in sys_platform": True,
    "(os_name == \"nt\" or os_name == 'posix') and python_version > '3'": True,
    "extra == 'a'": False,
    "implementation_name != 'cpython'": False,
    "not_a == 'x' or extra == ''": None,
    "os_name == 'nt' and os_name == 'nt' or os_name == 'posix'": True,
    "os_name == 'posix' or os_name == 'nt' and os_name == 'nt'": True,
    "platform_machine == 'x86_64'": True,
    "platform_machine not in 'x86_64 arm64'": False,
    "platform_system=='Windows'": False,
    "python_full_version == '3.11.*'": True,
    "python_full_version >= '3.11.4' and python_full_version < '3.12'": True,
    "python_version < '3.9'": False,
    "python_version ~= '3.9'": True,
    "python_version ~= '3.9.0'": False,
    "python_version>='3.10'": True,
}

_VERSIONS = [
    ("1.0", "1", True),
    ("1.0.0", "1.0", True),
    ("1.0-post1", "1.0.post1", True),
    ("1.0a1", "1.0.alpha1", True),
    ("1.0+Local.1", "1.0+local-1", True),
    ("1.0", "1.0.1", False),
    ("1.0a1", "1.0", False),
    ("1.10", "1.1", False),
]

# The better of each pair, and one that does not fit.
_WHEELS = [
    ("x-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "x-1-cp38-abi3-manylinux2014_x86_64.whl", "x-1-cp312-cp312-linux_x86_64.whl"),
    ("x-1-cp39-abi3-manylinux1_x86_64.whl", "x-1-py3-none-any.whl", "x-1-cp39-cp39-manylinux1_x86_64.whl"),
    ("x-1-py3-none-manylinux_2_5_x86_64.whl", "x-1-py3-none-manylinux_2_28_x86_64.whl", "x-1-py3-none-musllinux_1_1_x86_64.whl"),
    ("x-1-py311-none-any.whl", "x-1-1build-py2.py3-none-any.whl", "x-1-py2-none-any.whl"),
    ("x-1-py3-none-linux_x86_64.whl", "x-1-py3-none-any.whl", "x-1-py3-none-macosx_11_0_x86_64.whl"),
]

_LOCK = """
# A comment
-i https://example.com/simple   # another
--extra-index-url=https://example.org/simple
a_B.c[Two,one]==1.0 ; python_version >= "3" \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via x
c==2 ; sys_platform == 'win32'
d @ https://example.com/d-1-py3-none-any.whl#sha256=cc ; python_version > '3'
"""

def _equal(found, wanted, what):
    if found != wanted:
        fail("{}: {} instead of {}".format(what, found, wanted))

def check_units():
    """Fails if any of it is wrong."""
    for marker, wanted in _MARKERS.items():
        if wanted != None:
            _equal(marker_holds(marker, _ENV, "here"), wanted, marker)
    for one, other, wanted in _VERSIONS:
        _equal(same_version(one, other), wanted, one + " and " + other)
        _equal(same_version(other, one), wanted, other + " and " + one)
    for better, worse, wrong in _WHEELS:
        ranks = [wheel_rank(parse_wheel_name(name), _ENV, musl = False) for name in (better, worse, wrong)]
        _equal(ranks[2], None, wrong)
        _equal(ranks[0] < ranks[1], True, better + " before " + worse)
    _equal(parse_wheel_name("x-1.tar.gz"), None, "a source archive")
    _equal(normalize_name(" A.-b__C "), "a_b_c", "a name")
    _equal(read_options(["--find-links", "a", "-fb".replace("b", ""), "c", "--only-binary", ":all:"], "here").find_links, ["a", "c"], "options")
    found = read_requirements(_LOCK, "here", _ENV)
    _equal(found.options.indexes, ["https://example.com/simple", "https://example.org/simple"], "indexes")
    _equal(found.packages, {
        "a_b_c": {"extras": ["one", "two"], "hashes": ["aa", "bb"], "name": "a_B.c", "url": "", "version": "1.0"},
        "d": {"extras": [], "hashes": ["cc"], "name": "d", "url": "https://example.com/d-1-py3-none-any.whl", "version": ""},
    }, "packages")
