"""buildfile"""
