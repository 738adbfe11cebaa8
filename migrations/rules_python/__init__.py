"""rules_python"""
