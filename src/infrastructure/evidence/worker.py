"""A process of its own for libraries that look at files: crashes, loops and memory stay in here.

Run as `python -P -m muster.infrastructure.evidence.worker ANALYSER`. Reads one JSON object on standard input,
`{"root": …, "files": [{"path", "language", "is_test"}, …]}`, and prints one JSON line a file:
`{"path": …, "digest": …, "facts": {…}}`, in the order given; the digest is that of the bytes which were read,
"" when none could be. An analyser is a module in `analysers` with a function
`analyse(source: bytes, language: str, is_test: bool) -> FileFacts`.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
from collections.abc import Callable

from ..common.confined import read_below
from .file_facts import FileFacts

Analyse = Callable[[bytes, str, bool], FileFacts]


def main(name: str) -> None:
    """Look at each file that standard input names."""
    analyse: Analyse = importlib.import_module(f"{__package__}.analysers.{name}").analyse
    order = json.load(sys.stdin)
    for file in order["files"]:
        digest, facts = _look(analyse, order["root"], file["path"], file["language"], file["is_test"])
        answer = {"path": file["path"], "digest": digest, "facts": facts.to_json()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _look(analyse: Analyse, root: str, path: str, language: str, is_test: bool) -> tuple[str, FileFacts]:
    try:
        source = read_below(root, path)
    except OSError as error:
        return "", FileFacts(problem=f"could not be read: {error.strerror}", transient=True)
    return hashlib.sha256(source).hexdigest(), _analysed(analyse, source, language, is_test)


def _analysed(analyse: Analyse, source: bytes, language: str, is_test: bool) -> FileFacts:
    try:
        return analyse(source, language, is_test)
    except MemoryError:
        return FileFacts(problem="needs more memory than the limit allows", transient=True)
    except RecursionError:
        return FileFacts(problem="is nested too deeply to be analysed")
    except Exception as error:  # noqa: BLE001 – a library may fail in any way; the file is then not covered
        reason = f"could not be analysed: {type(error).__name__}: {error}"
        return FileFacts(problem=reason[:300], transient=True)


if __name__ == "__main__":
    main(sys.argv[1])
