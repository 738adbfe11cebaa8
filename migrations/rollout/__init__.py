"""Opting a repository in, stage by stage."""
