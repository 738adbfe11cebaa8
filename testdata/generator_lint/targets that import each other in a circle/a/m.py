import b.m
