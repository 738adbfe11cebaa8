import old_ns.rival
import old_ns.same
import parts.rival
import parts.two_faced

# What is linked comes before what is only on the path.
assert parts.two_faced.WHO == "rival"
