"""The embedded classifier: what a task asks for, by whole words and stems, with the evidence for each conclusion."""
