"""The faces of Muster: each speaks to use cases that the container hands it."""
