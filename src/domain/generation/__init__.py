"""Code that a model writes and another one reviews: what is asked for, what came, and how it was judged."""
