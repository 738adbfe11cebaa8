import kept.made
import made.made
