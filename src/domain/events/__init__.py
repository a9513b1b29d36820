"""What happens during a run, as one stream of typed events."""
