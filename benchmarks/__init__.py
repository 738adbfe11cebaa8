"""Every speed claim, against a peer or the floor in the same run."""
