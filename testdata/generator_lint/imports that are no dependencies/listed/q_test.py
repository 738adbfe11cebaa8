import p1.m
