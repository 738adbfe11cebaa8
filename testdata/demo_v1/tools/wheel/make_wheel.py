"""make_wheel OUTPUT ENTRY_POINTS FILE…: a wheel of pure Python; the name is that of the output."""

import os
import sys
import zipfile

output, entry_points, *files = sys.argv[1:]
name, version = os.path.basename(output).split("-")[:2]
info = f"{name}-{version}.dist-info"
members = {f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"}
members[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
if entry_points:
    members[f"{info}/entry_points.txt"] = f"[console_scripts]\n{entry_points}\n"
for path in files:
    with open(path) as file:
        members[path.split("/src/", 1)[1]] = file.read()
members[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in sorted(members))
with zipfile.ZipFile(output, "w") as archive:
    for path, text in sorted(members.items()):
        archive.writestr(zipfile.ZipInfo(path), text)
