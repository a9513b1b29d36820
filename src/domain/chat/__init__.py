"""Conversations of a person with language models."""
