# gazelle:include_pytest_conftest false
import os
