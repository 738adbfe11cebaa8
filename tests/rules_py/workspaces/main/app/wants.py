import inside
import several
