import lib.m
import p1.m
import types_.m
