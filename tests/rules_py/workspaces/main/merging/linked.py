import os

import parts

here = os.path.dirname(parts.__file__)
print(sorted(os.listdir(here)), sorted(os.listdir(os.path.join(here, "sub"))), parts.__path__ == [here])
