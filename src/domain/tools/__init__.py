"""Tools that agents may call: what they declare, and what calling them gives."""
