"""Pure functions `analyse(source, language, is_test) -> FileFacts`, one module a question."""
