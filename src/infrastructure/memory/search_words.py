"""Words that say nothing about what is looked for."""

from __future__ import annotations

_WORDS = """
a about above after again all also am an and any are as at be because been before being below between both but by
can could d did do does doing don down during each few for from further had has have having he her here hers herself
him himself his how i if in into is it its itself just ll m may me might more most must my myself no nor not now of
off on once only or other our ours out over own re s same shall she should so some such t than that the their theirs
them then there these they this those through to too under until up ve very was we were what when where which while
who whom whose why will with would you your yours
"""
COMMON = frozenset(_WORDS.split())
"""Function words of English and what is left of their short forms; a query of nothing else keeps them."""
