# gazelle:include_dep //own,:own,//own:own,@//own,@here//own
import os
