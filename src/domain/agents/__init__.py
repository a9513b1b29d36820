"""Agents: what each can do, which tools it holds, and the built-in roster."""
