"""Making a text fit into so many tokens: six strategies with one law, and who decides whether it is needed."""
