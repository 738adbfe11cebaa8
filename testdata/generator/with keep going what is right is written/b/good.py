import a.bad
