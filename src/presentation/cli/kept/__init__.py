"""The commands below `muster runs`, one a module."""
