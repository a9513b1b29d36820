"""Language models behind the `LanguageModel` port; each SDK is imported in its own adapter and nowhere else."""
