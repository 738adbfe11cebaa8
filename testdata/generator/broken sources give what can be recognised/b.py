text = """never closed
import nothing
