"""Workflows: named plans of several stages, what holds between the stages, and how far one has come."""
