"""What is said: messages to and from a model, and messages between agents."""
