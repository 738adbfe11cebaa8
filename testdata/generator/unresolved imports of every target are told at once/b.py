from also import missing
import fine  # gazelle:ignore fine
