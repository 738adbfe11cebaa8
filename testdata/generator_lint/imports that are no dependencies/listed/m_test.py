import listed.m
import settings
import lib.m
