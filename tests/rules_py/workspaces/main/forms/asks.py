import blind
import several
