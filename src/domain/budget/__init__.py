"""How much may be spent, and what has been."""
