"""Adapters that keep things from whom they do not concern: personal data, paths, keys, ciphers, the audit log."""
