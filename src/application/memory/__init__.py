"""Two tiers of memory behind one face; whatever enters is scanned, whatever leaves is checked."""
