"""What calls of language models have cost, entry by entry."""
