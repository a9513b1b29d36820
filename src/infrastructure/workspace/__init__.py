"""Folders behind the `Workspace` port: listing, reading and guarding the way to their files."""
