"""What Muster does: turns, orchestrators, services and use cases. Knows the domain and nothing else."""
