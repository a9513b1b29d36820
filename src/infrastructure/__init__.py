"""Adapters: one family a package, each module behind a port of the domain; families share `common` alone."""
