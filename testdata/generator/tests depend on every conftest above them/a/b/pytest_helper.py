# gazelle:ignore nothing
