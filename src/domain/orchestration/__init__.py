"""From a task to a checked result: requirements, plans, gates, health and runs."""
