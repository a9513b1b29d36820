"""Answers that were paid for before, behind the `ResponseCache` port."""
