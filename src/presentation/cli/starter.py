"""The settings file that `muster init` writes."""

STARTER = """\
# Settings of Muster for this project. Everything is optional; what is commented out shows the default.
# A flag wins over the environment (MUSTER_MAX_CONCURRENCY=2), which wins over this file, which wins over
# your own settings for all projects. `muster doctor` shows where each value comes from.

# How many agents work at the same time (1 to 64).
# max_concurrency = 4

# What one evidence tool may take: seconds, and megabytes of memory.
# tool_seconds = 120.0
# tool_memory_mb = 1024

# A finding at least this severe fails a run: critical, high, medium, low or info. Default: the gates decide.
# fail_on = "high"

# What nobody should look at: folders (ending in /) and file patterns.
# exclude = ["vendor/", "*.min.js"]

# Whether plans use what earlier runs have taught.
# history = true

# A folder of this project, relative to this file, of YAML files with more agents. They replace no built-in agent, and
# take neither the premium tier nor more than 8 rounds unless your own settings name the folder.
# agents_dir = "agents"

# A folder of YAML files with more workflows, under the same restrictions; `muster workflow schema` describes them.
# workflows_dir = "workflows"

# A project is somebody else's word, so these are yours to say alone, in your own settings or the environment:
# model, tiers, fallback and providers (who is asked; MUSTER_MODEL=anthropic), models_file (prices of your own),
# budget (MUSTER_BUDGET=usd=0.50,calls=50), recall_tokens (what an agent is reminded of at most;
# 0: nothing), retries (of a failed call, 0 to 10), response_cache (true answers equal
# questions from a cache), privacy (allow, redact, block), personal_data (allow, hide, block), redis_url, user (who
# owns what is remembered), memory (sqlite, or json for files that people can read), embedder (a folder with a model, by
# which memory is searched by meaning as well), and data_dir (where runs and memory are kept).

# Quality gates that hold in every run, besides --gate: coverage, complexity, score, quality, documentation,
# and the number of findings by severity (critical, high, medium, low, info).
# [gates]
# critical = 0
# coverage = 80
"""
