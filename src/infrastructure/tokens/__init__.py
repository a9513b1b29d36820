"""Tokenizers behind the `TokenCounter` port."""
