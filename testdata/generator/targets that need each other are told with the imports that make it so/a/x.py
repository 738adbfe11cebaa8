import os
import b.x
