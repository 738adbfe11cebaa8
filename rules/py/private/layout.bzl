"""Where the parts of several wheels go in one virtualenv, and which of them are in each other's way."""

# What packages declare namespaces with in the ways from before PEP 420; each wheel brings the same.
_NAMESPACE_FILE = "/__init__.py"

# What the prefix of a virtualenv, and its directory of commands, have themselves.
_RESERVED = ["lib", "pyvenv.cfg", "_wheels"]
_RESERVED_COMMANDS = ["activate", "python", "python3"]

def plan_layout(wheels):
    """Finds a place for each part of each wheel. Where two want the same, the first one gets it.

    Args:
        wheels: list of struct as of wheel_record.

    Returns:
        struct with
        top_levels: dict from a path below site-packages to the index of its wheel;
        data_files: dict from a path below the prefix to the index of its wheel;
        console_scripts: dict from a command to `MODULE:FUNCTION`;
        collisions: list of struct (what: str, name: str, kept: Label, dropped: Label);
        shared: list[str], the top-level names of packages that several wheels have parts of, not all of which get
            a place, since it is not known what each has in them.
    """
    top_levels = {}
    shared = {}
    namespaces = {}
    data_files = {}
    console_scripts = {}
    script_owners = {}
    collisions = []
    for index, wheel in enumerate(wheels):
        for path in wheel.top_levels or ():
            owner = _owner(path, top_levels, namespaces)
            if owner == None:
                top_levels[path] = index
                for parent in _parents(path):
                    namespaces.setdefault(parent, index)
            elif path not in top_levels or _is_package(path):
                shared[path.split("/")[0]] = None
            elif not (path.endswith(_NAMESPACE_FILE) and path in top_levels):
                collisions.append(_collision(_what(path), path, wheels[owner], wheel))
        for path in wheel.data_files:
            first, _, name = path.partition("/")
            if first in _RESERVED:
                continue
            if first == "bin":
                if name in _RESERVED_COMMANDS:
                    continue
                if name in script_owners:
                    collisions.append(_collision("console script", name, wheels[script_owners[name]], wheel))
                    continue
                script_owners[name] = index
            if path in data_files:
                collisions.append(_collision("data file", path, wheels[data_files[path]], wheel))
            else:
                data_files[path] = index
        for name, target in wheel.console_scripts:
            if name in script_owners:
                collisions.append(_collision("console script", name, wheels[script_owners[name]], wheel))
            else:
                script_owners[name] = index
                console_scripts[name] = target
    return struct(
        collisions = collisions,
        console_scripts = console_scripts,
        data_files = data_files,
        shared = shared.keys(),
        top_levels = top_levels,
    )

def _parents(path):
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]

def _owner(path, top_levels, namespaces):
    """The index of the wheel that has the path, or a package around it, or something in it; else None."""
    for each in [path] + _parents(path):
        if each in top_levels:
            return top_levels[each]
    return namespaces.get(path)

def _is_package(path):
    """Whether it is a directory to import; files and what goes with a distribution have dots in their names."""
    return "." not in path.split("/")[-1]

def _what(path):
    if path.endswith(".dist-info") or path.endswith(".egg-info"):
        return "dist-info"
    return "namespace entry" if "/" in path else "top-level name"

def _collision(what, name, kept, dropped):
    return struct(what = what, name = name, kept = kept.label, dropped = dropped.label)

def report_collisions(label, collisions, policy):
    """Says which wheels are in each other's way, as loudly as asked.

    Args:
        label: Label of the target with the virtualenv.
        collisions: list of struct as of plan_layout.
        policy: str: error, warning or ignore.
    """
    if not collisions or policy == "ignore":
        return
    message = "\n".join(["{}: wheels collide in one virtualenv; the first one has the place:".format(label)] + [
        "  {} {}: {} and {}".format(each.what, each.name, each.kept, each.dropped)
        for each in collisions
    ])
    if policy == "warning":
        print(message)  # buildifier: disable=print
        return
    fail(message + "\nDepend on one of them only, or set package_collisions = \"warning\" or \"ignore\".")
