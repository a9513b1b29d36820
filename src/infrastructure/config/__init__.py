"""Settings and agent templates from files, flags and the environment."""
