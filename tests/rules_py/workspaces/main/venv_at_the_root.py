import app.src.inside
import inside
import several

assert inside.NAME == app.src.inside.NAME
