import lib.m
