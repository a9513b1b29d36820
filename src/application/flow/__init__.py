"""Durable steps: what was done once is remembered by the run's journal, and never paid for again."""
