"""Tools on real code, each behind the `EvidenceTool` port.

`process` runs programs under limits, `worker` runs libraries in a process of their own under the same limits,
`cache` remembers what was seen in a file by its content, `per_file` and `whole_project` are the two kinds of
tools, `analysers` holds the pure functions that look at one file, and each remaining module is one tool.
"""
