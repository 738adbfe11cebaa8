import p1.m
import p2.m
import p3.m
import p4.m
import p5.m
import p6.m
import p7.m
import p8.m
import p9.m
import p10.m
import p11.m
import p12.m
import p13.m
import p14.m
import lib.m, settings
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import types_.m
