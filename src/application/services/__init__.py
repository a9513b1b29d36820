"""What use cases and orchestrators share: evidence, agents at work, estimates, reports."""
