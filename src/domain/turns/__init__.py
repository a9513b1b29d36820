"""Turns: one prompt, answered with tools, inside a budget."""
