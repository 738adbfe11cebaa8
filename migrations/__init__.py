"""Floor 2: findings and their fixes.

A migration is one file that declares what it is about and finds places, each with a fix or the reason why there is
none. `engine` runs any set of them over a repository and fills a plan; migrate, lint and rollout are all that.
"""
