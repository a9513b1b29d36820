"""What must not leave the machine, and what is done about it."""
