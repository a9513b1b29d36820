"""The settings file that `muster init` writes."""

STARTER = """\
# Settings of Muster for this project. Everything is optional; what is commented out shows the default.
# A flag wins over the environment (MUSTER_MAX_CONCURRENCY=2), which wins over this file, which wins over
# your own settings for all projects. `muster doctor` shows where each value comes from.

# Provider and model. offline/evidence needs no key and no network; it arranges evidence and judges nothing.
# model = "offline/evidence"

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

# A folder of this project, relative to this file, of YAML files with agents of your own.
# agents_dir = "agents"

# Where runs and memory are kept is not for a project to say: set MUSTER_DATA_DIR, or data_dir in your own settings.

# Quality gates that hold in every run, besides --gate: coverage, complexity, score, quality, documentation,
# and the number of findings by severity (critical, high, medium, low, info).
# [gates]
# critical = 0
# coverage = 80
"""
