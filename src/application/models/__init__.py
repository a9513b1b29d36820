"""Calling language models: one answer, every attempt accounted for."""
