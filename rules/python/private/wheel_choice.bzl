"""Which of several wheels is for a Python on this machine.

https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
"""

load(":markers.bzl", "release")
load(":requirements.bzl", "normalize_name")

def parse_wheel_name(file_name):
    """Reads the name of a wheel.

    Args:
        file_name: str.

    Returns:
        struct with name (normalized), version, pythons, abis and platforms (lists of str); None if it is no wheel.
    """
    parts = file_name.removesuffix(".whl").split("-")
    if not file_name.endswith(".whl") or len(parts) not in [5, 6]:
        return None
    return struct(
        abis = parts[-2].split("."),
        name = normalize_name(parts[0]),
        platforms = parts[-1].split("."),
        pythons = parts[-3].split("."),
        version = parts[1].replace("%2B", "+"),
    )

def same_version(one, other):
    """Tells whether two versions of a package are the same.

    Args:
        one: str.
        other: str.

    Returns:
        bool: 1.0 and 1.0.0 are, and so are 1.0-Post.1 and 1.0.post1.
    """
    return _version_key(one) == _version_key(other)

def _version_key(version):
    text = version.lower().removeprefix("v")
    public, _, local = text.partition("+")
    numbers = release(public)
    rest = public[len(".".join([str(number) for number in numbers])):] if numbers else public
    for _ in range(len(numbers)):
        if numbers[-1:] == [0]:
            numbers = numbers[:-1]
    for char in "-_.".elems():
        rest, local = rest.replace(char, ""), local.replace(char, ".")
    return (numbers, rest.replace("alpha", "a").replace("beta", "b"), local)

def wheel_rank(wheel, env, musl):
    """How well a wheel fits.

    Args:
        wheel: struct as of parse_wheel_name.
        env: dict as of marker_env.
        musl: bool, whether the C library of this machine is musl.

    Returns:
        tuple, the smaller the better; None if the wheel is for something else.
    """
    major, minor = [int(part) for part in env["python_version"].split(".")]
    ranks = []
    for python in wheel.pythons:
        for abi in wheel.abis:
            interpreter = _python_rank(python, abi, major, minor)
            for platform in wheel.platforms:
                machine = _platform_rank(platform, env, musl)
                if interpreter != None and machine != None:
                    ranks.append((interpreter, machine))
    return sorted(ranks)[0] if ranks else None

def _python_rank(python, abi, major, minor):
    current = "cp{}{}".format(major, minor)
    if python == current:
        return {"abi3": 1, "none": 2, current: 0}.get(abi)
    version = python[2:]
    number = int(version[1:]) if version.isdigit() and len(version) > 1 else 0
    if not version.isdigit() or int(version[0]) != major or number > minor:
        return None
    if python.startswith("cp") and abi == "abi3":
        return 2 + minor - number
    return 100 + minor - number if python.startswith("py") and abi == "none" else None

def _platform_rank(platform, env, musl):
    if platform == "any":
        return (2, 0)
    machine = env["platform_machine"]
    if env["sys_platform"] == "win32":
        return (0, 0) if platform == {"AMD64": "win_amd64", "aarch64": "win_arm64"}.get(machine, "win32") else None
    if env["sys_platform"] == "darwin":
        fits = platform.startswith("macosx_") and (platform.endswith("_" + machine) or platform.endswith("_universal2"))
        return (0, 0) if fits else None
    if not platform.endswith("_" + machine):
        return None
    libc = platform.removesuffix("_" + machine)
    if libc == "linux":
        return (1, 0)
    if not libc.startswith("musllinux" if musl else "manylinux"):
        return None

    # The one that asks for the oldest C library runs wherever the others do.
    numbers = {"manylinux1": 5, "manylinux2010": 12, "manylinux2014": 17}
    last = libc.rpartition("_")[2]
    return (0, numbers.get(libc, int(last) if last.isdigit() else 0))
