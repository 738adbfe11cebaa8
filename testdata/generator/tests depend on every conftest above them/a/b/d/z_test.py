# gazelle:include_pytest_conftest false
import a.b.conftest
