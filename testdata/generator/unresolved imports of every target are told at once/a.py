import os
import nothing.there, sys
