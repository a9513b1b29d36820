"""What several adapter families need: the clock, identifiers, and the way to SQLite. Nothing else."""
