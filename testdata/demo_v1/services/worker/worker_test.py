import subprocess

assert subprocess.check_output(["services/worker/worker"], text=True) == "one,two\n"
