"""Tells whether environment markers hold.

https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers
"""

_COMPARISONS = ["===", "==", "!=", "<=", ">=", "~=", "<", ">"]
_VERSIONS = ["implementation_version", "python_full_version", "python_version"]
_SYSTEMS = {
    "darwin": ("posix", "darwin", "Darwin"),
    "linux": ("posix", "linux", "Linux"),
    "windows": ("nt", "win32", "Windows"),
}

def marker_env(os, python_version):
    """The environment of this machine.

    Args:
        os: repository_os.
        python_version: str, MAJOR.MINOR or MAJOR.MINOR.MICRO.

    Returns:
        dict from the names that markers have to their values, all of them str.
    """
    system = "darwin" if os.name.startswith("mac") else os.name.split(" ")[0]
    os_name, sys_platform, platform_system = _SYSTEMS.get(system, ("posix", system, system.title()))
    machine = {"amd64": "x86_64"}.get(os.arch, os.arch)
    if system == "windows":
        machine = {"x86_64": "AMD64"}.get(machine, machine)
    elif system == "darwin":
        machine = {"aarch64": "arm64"}.get(machine, machine)
    parts = python_version.split(".")
    return {
        "extra": "",
        "implementation_name": "cpython",
        "implementation_version": ".".join((parts + ["0"])[:3]),
        "os_name": os_name,
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": platform_system,
        "platform_version": "",
        "python_full_version": ".".join((parts + ["0"])[:3]),
        "python_version": ".".join(parts[:2]),
        "sys_platform": sys_platform,
    }

def marker_holds(marker, env, where):
    """Evaluates a marker.

    Args:
        marker: str, such as `python_version < "3.12" and sys_platform == "linux"`.
        env: dict as of marker_env.
        where: str, what to call its place in a message.

    Returns:
        bool.
    """

    # Starlark has no recursion: a stack of values and a stack of what is still to be done with them.
    values = []
    operators = []
    tokens = _tokens(marker, where)
    skip = 0
    for index, token in enumerate(tokens):
        if skip:
            skip -= 1
        elif token == "(":
            operators.append(token)
        elif token == ")":
            _reduce(values, operators, 0)
            if not operators or operators.pop() != "(":
                fail("{}: {}: a ) without a (".format(where, marker))
        elif token in ["and", "or"]:
            _reduce(values, operators, 2 if token == "and" else 1)
            operators.append(token)
        else:
            operation = tokens[index + 1:index + 3]
            if len(operation) < 2:
                fail("{}: {} is no marker".format(where, marker))
            operator, right = operation
            skip = 2
            if operator == "not":
                operator, right = "not in", (tokens[index + 3:index + 4] + [""])[0]
                skip = 3
            values.append(_compare(token, operator, right, env, "{}: {}".format(where, marker)))
    _reduce(values, operators, 0)
    if operators or len(values) != 1:
        fail("{}: {} is no marker".format(where, marker))
    return values[0]

def _reduce(values, operators, precedence):
    """Does what binds at least as closely as an operator that comes next."""
    for _ in range(len(operators)):
        operator = operators[-1]
        if operator == "(" or (2 if operator == "and" else 1) < precedence or len(values) < 2:
            return
        operators.pop()
        right = values.pop()
        left = values.pop()
        values.append((left and right) if operator == "and" else (left or right))

def _tokens(marker, where):
    tokens = []
    rest = marker.strip()
    for _ in range(len(marker)):
        if not rest:
            break
        if rest[0] in "\"'":
            end = rest.find(rest[0], 1)
            if end < 0:
                fail("{}: {}: a string does not end".format(where, marker))
            token = rest[:end + 1]
        elif rest[0] in "()":
            token = rest[0]
        else:
            found = [each for each in _COMPARISONS if rest.startswith(each)]
            token = found[0] if found else ""
            if not token:
                for char in rest.elems():
                    if not (char.isalnum() or char in "_."):
                        break
                    token += char
            if not token:
                fail("{}: {} is no marker".format(where, marker))
        tokens.append(token)
        rest = rest[len(token):].lstrip()
    return tokens

def _compare(left, operator, right, env, where):
    versions = left in _VERSIONS or right in _VERSIONS
    names = left == "extra" or right == "extra"
    left, right = [_value(token, env, where) for token in (left, right)]
    if operator in ["in", "not in"]:
        return (left in right) == (operator == "in")
    if operator not in _COMPARISONS:
        fail("{}: {} compares nothing".format(where, operator))
    if versions and operator != "===":
        return version_matches(left, operator, right)
    if names:
        left, right = [text.lower().replace("-", "_").replace(".", "_") for text in (left, right)]
    if operator in ["==", "==="]:
        return left == right
    if operator == "!=":
        return left != right
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}.get(operator, left == right)

def _value(token, env, where):
    if token[:1] in ["\"", "'"]:
        return token[1:-1]
    if token not in env:
        fail("{}: there is no {} in the environment of a marker".format(where, token or "right side"))
    return env[token]

def version_matches(version, operator, wanted):
    """Compares versions of Python, by their numbers.

    Args:
        version: str.
        operator: str, one of `==`, `!=`, `<=`, `>=`, `<`, `>`, `~=`.
        wanted: str; with `==` and `!=` it may end in `.*`.

    Returns:
        bool.
    """
    if operator == "~=":
        prefix = wanted.rpartition(".")[0] + ".*"
        return version_matches_once(version, ">=", wanted) and version_matches_once(version, "==", prefix)
    return version_matches_once(version, operator, wanted)

def version_matches_once(version, operator, wanted):
    """As version_matches, without `~=`.

    Args:
        version: str.
        operator: str.
        wanted: str.

    Returns:
        bool.
    """
    left, right = release(version), release(wanted.removesuffix(".*"))
    if wanted.endswith(".*"):
        left = left[:len(right)]
    else:
        length = max(len(left), len(right))
        left, right = [numbers + [0] * (length - len(numbers)) for numbers in (left, right)]
    return {
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        "==": left == right,
        ">": left > right,
        ">=": left >= right,
    }[operator]

def release(version):
    """The numbers of a version up to the first part that is none.

    Args:
        version: str.

    Returns:
        list of int.
    """
    numbers = []
    for part in version.strip().split("."):
        digits = ""
        for char in part.elems():
            if not char.isdigit():
                break
            digits += char
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return numbers
