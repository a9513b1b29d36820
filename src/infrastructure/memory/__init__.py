"""Stores behind the memory ports; each SDK is imported in its own adapter and nowhere else."""
