from sub import full
import sub.empty
