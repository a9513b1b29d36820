"""Queues, signals, sessions and channels on one board, which is a file, this process, or a Redis server."""
