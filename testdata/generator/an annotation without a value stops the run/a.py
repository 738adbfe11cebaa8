# gazelle:ignore
import os
