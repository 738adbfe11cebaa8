from app.version import version

print(version())
