from lib.core.core import welcome

print(welcome("gateway"))
