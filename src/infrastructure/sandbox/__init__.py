"""Where code runs that nobody trusts: in a process of its own, without network, keys or a way out of its folder."""
