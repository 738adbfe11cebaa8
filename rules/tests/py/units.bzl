"""The functions behind virtualenvs, without a build around them."""

load("//py/private:layout.bzl", "plan_layout")
load("//py/private:links.bzl", "relative_path")
load("//py/private:resolutions.bzl", "label_keyed_resolutions", "resolutions")
load("//tests/support:analysis_test.bzl", "expect_equal", "result_of")

def _unit_test(check):
    def implementation(_ctx):
        failures = []
        check(failures)
        return result_of(failures)

    return implementation

def _wheel(name, top_levels, scripts = {}, data_files = []):
    return struct(
        console_scripts = tuple(scripts.items()),
        data_files = tuple(data_files),
        label = name,
        top_levels = None if top_levels == None else tuple(top_levels),
    )

def _collisions(layout):
    return [(each.what, each.name, each.kept, each.dropped) for each in layout.collisions]

def _layout_checks(failures):
    layout = plan_layout([
        _wheel("a", ["a", "a.py", "ns/one", "a-1.dist-info"], {"run": "a:run"}, ["share/a", "bin/a", "pyvenv.cfg"]),
        _wheel("unknown", None),
        _wheel("b", ["b", "ns/two.py", "ns/deep/er"], {"other": "b:run"}, ["share/b"]),
    ])
    expect_equal(failures, "top levels", layout.top_levels, {
        "a": 0,
        "a-1.dist-info": 0,
        "a.py": 0,
        "b": 2,
        "ns/deep/er": 2,
        "ns/one": 0,
        "ns/two.py": 2,
    })
    expect_equal(failures, "data files", layout.data_files, {"bin/a": 0, "share/a": 0, "share/b": 2})
    expect_equal(failures, "scripts", layout.console_scripts, {"other": "b:run", "run": "a:run"})
    expect_equal(failures, "collisions", layout.collisions, [])

def _collision_checks(failures):
    layout = plan_layout([
        _wheel("a", ["x.py", "x", "ns/one.py", "ns/one", "p-1.dist-info"], {"run": "a:run"}, ["share/x"]),
        _wheel("b", ["x.py", "x", "ns/one.py", "ns/one", "p-1.dist-info"], {"run": "b:run"}, ["share/x"]),
    ])
    expect_equal(failures, "each class", _collisions(layout), [
        ("top-level name", "x.py", "a", "b"),
        ("namespace entry", "ns/one.py", "a", "b"),
        ("dist-info", "p-1.dist-info", "a", "b"),
        ("data file", "share/x", "a", "b"),
        ("console script", "run", "a", "b"),
    ])
    expect_equal(failures, "packages of both", layout.shared, ["x", "ns"])
    expect_equal(failures, "the first has the place", [layout.top_levels["x"], layout.console_scripts["run"]], [0, "a:run"])

    # One says package, the other namespace.
    for wheels in [
        [_wheel("a", ["ns"]), _wheel("b", ["ns/one"])],
        [_wheel("a", ["ns/one"]), _wheel("b", ["ns"])],
        [_wheel("a", ["ns/deep/er"]), _wheel("b", ["ns/deep"])],
    ]:
        layout = plan_layout(wheels)
        expect_equal(failures, "package and namespace", [_collisions(layout), layout.shared], [[], ["ns"]])

    # A namespace from before PEP 420: the same file in each.
    layout = plan_layout([_wheel("a", ["ns/__init__.py", "ns/a"]), _wheel("b", ["ns/__init__.py", "ns/b"])])
    expect_equal(failures, "namespace files", _collisions(layout), [])

def _relative_path_checks(failures):
    for start, end, expected in [
        ("a/b", "a/b", "."),
        ("a/b", "a/c", "../c"),
        ("a/b", "a/b/c/d", "c/d"),
        ("a/b/c", "x/y", "../../../x/y"),
        ("a", "ab", "../ab"),
    ]:
        expect_equal(failures, "from {} to {}".format(start, end), relative_path(start, end), expected)

def _target_of(name):
    return "//third_party:" + name

def _resolutions_checks(failures):
    made = resolutions.from_requirements(["x", "y"], _target_of)
    expect_equal(failures, "list", made.to_label_keyed_dict(), {"//third_party:x": "x", "//third_party:y": "y"})
    expect_equal(
        failures,
        "dict and override",
        resolutions.from_requirements({"x": "1.0"}, _target_of).override({"x": ":own"}).to_label_keyed_dict(),
        {":own": "x"},
    )
    expect_equal(failures, "no function", resolutions.from_requirements(["x"]).to_label_keyed_dict(), {"x": "x"})
    expect_equal(failures, "empty", resolutions.empty().to_label_keyed_dict(), {})
    for given in [made, {"x": "//third_party:x", "y": "//third_party:y"}, {"//third_party:x": "x", "//third_party:y": "y"}]:
        expect_equal(failures, "forms", label_keyed_resolutions(given), {
            "//third_party:x": "x",
            "//third_party:y": "y",
        })
    expect_equal(failures, "none", label_keyed_resolutions(None), {})

layout_test = rule(_unit_test(_layout_checks), analysis_test = True)
collision_test = rule(_unit_test(_collision_checks), analysis_test = True)
relative_path_test = rule(_unit_test(_relative_path_checks), analysis_test = True)
resolutions_test = rule(_unit_test(_resolutions_checks), analysis_test = True)
