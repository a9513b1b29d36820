"""Running code that nobody has looked at yet: what it may take, and what came of it."""
