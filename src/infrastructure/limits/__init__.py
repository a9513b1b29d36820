"""How often providers may be called, behind the `RateLimiter` port."""
