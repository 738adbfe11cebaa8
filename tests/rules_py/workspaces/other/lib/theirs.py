import foreign

NAME = "theirs with " + foreign.NAME
