import lib.m
import listed.m
import p1.m
import p2.m
