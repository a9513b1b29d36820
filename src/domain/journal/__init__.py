"""The journal of a run: what is kept of it, step by step, so that nothing is paid for twice."""
