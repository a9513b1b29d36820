"""The folder that is worked on: its files, its facts, and snapshots of single documents."""
