import nothing.there
import os
