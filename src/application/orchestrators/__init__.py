"""Compose teams and conduct them."""
