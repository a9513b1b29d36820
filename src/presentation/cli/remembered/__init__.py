"""The commands of `muster memory`, one module each."""
