"""What Muster is about: agents, turns, plans, evidence, findings and gates.

Standard library and pydantic only. No I/O, no clock, no randomness of its own: whatever comes from
outside arrives through a port in `domain.ports`.
"""
