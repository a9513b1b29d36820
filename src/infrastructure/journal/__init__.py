"""Records of runs behind the `RunJournal` port."""
