"""What git knows about a folder; nothing of the repository's own programs is run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...domain.errors import WorkspaceError
from .listing import Listing, without_vendored

SECONDS = 60.0
SAFE = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.quotePath=false")
KEPT = (
    "PATH", "HOME", "USERPROFILE", "XDG_CONFIG_HOME", "LANG", "LC_CTYPE", "TMPDIR", "TEMP", "SYSTEMROOT",
    "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CEILING_DIRECTORIES",
)  # fmt: skip
"""What git needs to start, and to find the user's own settings; a filter program of theirs sees no key either."""
SET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
}
FILTERS = r"^filter\..*\.(clean|process|smudge|required)$"
DIFF = (
    "diff",
    "--name-only",
    "-z",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--ignore-submodules=all",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """How git ended; `code` is None when it could not be run or was too slow."""

    code: int | None
    output: bytes = b""
    complaint: str = ""

    @property
    def ok(self) -> bool:
        """Whether the output may be believed."""
        return self.code == 0

    def names(self) -> list[str]:
        """NUL-separated paths as the file system spells them."""
        return [os.fsdecode(name) for name in self.output.split(b"\0") if name]


async def ask(
    root: str, *arguments: str, index: str = "", configured: Mapping[str, str] | None = None
) -> Answer:
    """Run git in `root`, on another `index` if one is named; ends it when it is slow or not awaited.

    `configured` wins over every file of settings, whatever characters its keys hold.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            "git", *SAFE, *arguments, cwd=root, env=_environment(index, configured or {}),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
    except OSError as error:
        return Answer(None, complaint=f"git cannot be run: {os.strerror(error.errno or 0)}")
    try:
        async with asyncio.timeout(SECONDS):
            output, complaint = await process.communicate()
    except TimeoutError:
        return Answer(None, complaint=f"git {arguments[0]} took longer than {SECONDS:.0f} s")
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return Answer(process.returncode, output, complaint.decode("utf-8", "replace").strip())


def _environment(index: str, configured: Mapping[str, str]) -> dict[str, str]:
    """Little of ours: no keys, and nothing that a hook that runs us has set about its own repository.

    Settings go this way because `-c` ends a key at its first `=`, and a section may be named with one.
    """
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    numbered = {"GIT_CONFIG_COUNT": str(len(configured))}
    for number, (name, value) in enumerate(configured.items()):
        numbered |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return kept | SET | numbered | ({"GIT_INDEX_FILE": index} if index else {})


async def list_files(root: str) -> Listing | None:
    """Tracked and untracked files below `root`, ignored ones left out; None when git has no say there."""
    inside = await ask(root, "rev-parse", "--is-inside-work-tree")
    if not inside.ok or inside.output.strip() != b"true":
        return None
    if (await ask(root, "check-ignore", "--quiet", ".")).ok:
        return None  # a folder that is ignored as a whole was named on purpose
    tracked, others = await asyncio.gather(
        ask(root, "ls-files", "-z", "--cached"),
        ask(root, "ls-files", "-z", "--others", "--exclude-standard"),
    )
    if not (tracked.ok and others.ok):
        return None
    listing = Listing()
    without_vendored(tracked.names(), True, listing)  # noqa: FBT003 – the only two calls
    without_vendored(others.names(), False, listing)  # noqa: FBT003
    listing.paths = sorted({path.rstrip("/") for path in listing.paths})
    return listing


async def changed_since(root: str, revision: str) -> frozenset[str]:
    """Paths below `root` that differ from `revision` or are untracked; raises WorkspaceError."""
    commit = await _commit(root, revision)
    unfiltered = await _without_own_filters(root)
    with tempfile.TemporaryDirectory(prefix="muster-") as scratch:
        index = await _copy_index(root, scratch)
        differing, untracked = await asyncio.gather(
            ask(root, *DIFF, "--relative", commit, "--", index=index, configured=unfiltered),
            ask(root, "ls-files", "-z", "--others", "--exclude-standard"),
        )
    for answer in (differing, untracked):
        if not answer.ok:
            raise WorkspaceError(f"the changes since {revision!r} cannot be told", hint=answer.complaint)
    return frozenset(differing.names()) | frozenset(untracked.names())


async def _copy_index(root: str, scratch: str) -> str:
    """A copy of the index: a diff writes what it has learned about times into the one that it uses."""
    answer = await ask(root, "rev-parse", "--path-format=absolute", "--git-path", "index")
    copy = Path(scratch) / "index"
    source = os.fsdecode(answer.output.removesuffix(b"\n"))
    with contextlib.suppress(FileNotFoundError):
        await asyncio.to_thread(shutil.copyfile, source, copy)
    return str(copy)


async def _without_own_filters(root: str) -> dict[str, str]:
    """Settings that switch off the filter programs of the repository's own configuration; the user's stay."""
    answer = await ask(
        root, "config", "-z", "--includes", "--show-scope", "--name-only", "--get-regexp", FILTERS
    )
    names = answer.names()
    own = {
        name for scope, name in zip(names[::2], names[1::2], strict=False) if scope in {"local", "worktree"}
    }
    return {name: _off(name) for name in sorted(own)}


def _off(name: str) -> str:
    return "false" if name.endswith(".required") else ""


async def _commit(root: str, revision: str) -> str:
    """The hash that `revision` stands for."""
    if not revision.strip() or revision.startswith("-") or "\0" in revision:
        raise WorkspaceError(
            f"{revision!r} is no git revision", hint="give a branch, a tag or a commit, e.g. main"
        )
    inside = await ask(root, "rev-parse", "--is-inside-work-tree")
    if inside.output.strip() != b"true":
        hint = inside.complaint.partition("\n")[0] if inside.code is None else "leave out the revision"
        raise WorkspaceError(
            f"folder {root!r} is not in a git work tree, so nothing is known since {revision!r}", hint=hint
        )
    answer = await ask(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if not answer.ok:
        hint = "'git log --oneline --all' lists commits; a shallow clone may need 'git fetch --unshallow'"
        raise WorkspaceError(f"git revision {revision!r} is unknown in {root!r}", hint=hint)
    return answer.output.decode("ascii").strip()
