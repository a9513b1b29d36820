"""What the domain needs from outside: one Protocol a file, each with a contract suite in `tests/contract`."""
