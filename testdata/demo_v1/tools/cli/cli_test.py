import subprocess

for command in ("greet", "greet_by_entrypoint"):
    assert subprocess.check_output(["tools/cli/" + command, "you"], text=True) == "Hello, you!\n"
