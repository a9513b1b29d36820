"""One module for each command, of the command's name; imports at the top are only what its help needs."""
