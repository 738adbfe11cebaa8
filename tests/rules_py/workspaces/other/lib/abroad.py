from lib import theirs

print(theirs.NAME)
