"""One engine for every turn: prepare, analyze, execute, tools, finish, and the runner that loops them."""
