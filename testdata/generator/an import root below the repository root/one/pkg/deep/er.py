from pkg import util
