"""What tools saw: findings, measures, and what was not looked at."""
