import a.m
