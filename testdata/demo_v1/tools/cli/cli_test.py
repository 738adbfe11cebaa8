import subprocess

for command in ("greet", "greet_by_entrypoint", "greet_by_script"):
    assert subprocess.check_output(["tools/cli/" + command, "you"], text=True) == "Hello, you!\n"
