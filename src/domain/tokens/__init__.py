"""Counting tokens: exact where the vocabulary is public, and marked as an estimate where it is not."""
