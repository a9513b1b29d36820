"""Which text is a path below a folder: the one rule that every tool, store and command asks. Opening is elsewhere.

Names that only look like dots and slashes are literal to a POSIX file system. They are refused all the same where
percent-decoding or Unicode's compatibility forms (NFKC) would make them climb: whoever reads the name next may do that.
"""

from __future__ import annotations

import re
import unicodedata

from ..errors import UnsafePath
from .percent import unquoted

DRIVE = re.compile(r"[A-Za-z]:($|[\\/])")
HERE = re.compile(r"\A(?:\./+)+")
SEPARATOR = re.compile(r"[\\/]")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
HALF = re.compile(r"[\ud800-\udfff]")
NOT_BELOW = re.compile(r"\0|(?:\A|/)\.{0,2}(?:/|\Z)")
"""What the file system would not take as a path below, or not as one that is spelt plainly."""
OVERLONG = re.compile(r"%(?:c0%|u00)(ae|af|2e|2f|5c)", re.IGNORECASE)
"""Dots and slashes in more bytes than they need, which sloppy decoders take."""
MEANT = {"ae": ".", "2e": ".", "af": "/", "2f": "/", "5c": "\\"}
DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)
ROUNDS = 5
SYSTEM = ("/etc", "/proc", "/sys", "/dev")
"""Folders of the system, in which nothing is read for anybody, and nothing written."""
STREAMS = re.compile(r"/dev/(null|full|tty|stdin|stdout|stderr|fd/\d+)")
"""What a person names on purpose: the ends of pipes, and devices that keep nothing."""
MEMORY = "/dev/shm/"  # noqa: S108 - it is compared with, not written to
"""A folder like another, though it lies among devices."""
BELOW, NAMED = "give a path below the folder, such as src/main.py", "name a file or folder of your own"


def inside(path: object) -> str:
    """`path` without empty parts and dots; raises UnsafePath when it is no text, or is written to lead outside."""
    fault = fault_of(path)
    if fault or not isinstance(path, str):
        raise unsafe(path, fault)
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if not parts:
        raise unsafe(path, "is the folder itself")
    return "/".join(parts)


def fault_of(path: object) -> str:
    """Why `path` is not one below a folder, in a few words; "" when it is."""
    if not isinstance(path, str):
        return "is no text"
    start = HERE.sub("", path)  # `./~` is `~` to whoever takes the dot away
    faults = {
        "is empty": not path.strip(),
        "holds a NUL character": "\0" in path,
        "has characters that no file name has": bool(HALF.search(path)),
        "is not relative to the folder": start.startswith(("/", "\\", "~")) or bool(DRIVE.match(start)),
        "leads outside of the folder": _climbs(path),
        "leads outside of the folder in disguise": _climbs_in_disguise(path),
    }
    return next((fault for fault, there in faults.items() if there), "")


def is_below(path: str) -> bool:
    """Whether the file system takes `path` as one below a folder, each part a name; for paths that it has listed."""
    return NOT_BELOW.search(path) is None


def is_name(text: str) -> bool:
    """Whether it can be the name of one file, such as an id after which a file of ours is called."""
    return "/" not in text and "\\" not in text and HALF.search(text) is None and is_below(text)


def folded(name: str) -> str:
    """`name` as the most forgiving file system compares it: no case, no compatibility forms, nothing invisible."""
    if not name.isascii():
        plain = unicodedata.normalize("NFKC", name)
        name = "".join(each for each in plain if unicodedata.category(each) != "Cf")
    return name.casefold().rstrip(" .")


def is_device(name: str) -> bool:
    """Whether Windows takes a file of this name for a device, whatever its folder and ending."""
    return DEVICE.fullmatch(name.rstrip(" .")) is not None


def named(path: object, *spellings: str) -> str:
    """`path`, which a person named, and which may lie anywhere but in the system's own folders.

    `spellings` are its absolute forms, such as with its links followed. Raises UnsafePath.
    """
    if not isinstance(path, str):
        raise unsafe(path, "is no text", NAMED)
    if not path.strip() or "\0" in path or HALF.search(path):
        raise unsafe(path, "is no file name", NAMED)
    for spelling in (path, *spellings):
        place = "/" + spelling.lstrip("/") if spelling.startswith("/") else spelling
        if is_stream(place):
            return path
        if f"{place}/".startswith(MEMORY) and ".." not in place:
            continue
        if any(f"{place}/".startswith(f"{folder}/") for folder in SYSTEM):
            raise unsafe(path, "lies in a folder of the system", NAMED)
    return path


def is_stream(path: str) -> bool:
    """Whether it is the end of a pipe, or a device that keeps nothing."""
    return STREAMS.fullmatch(path) is not None


def unsafe(path: object, why: str, hint: str = BELOW) -> UnsafePath:
    """The refusal of `path`: `why` goes on after its name."""
    told = path if isinstance(path, str) else repr(path)
    return UnsafePath(f"path {path!r} {why}", details={"path": told}, hint=hint)


def _climbs(path: str) -> bool:
    """Whether some part is `..`, spaces around it or not, whichever slash stands between."""
    return ".." in path and any(part.strip() == ".." for part in SEPARATOR.split(path))


def _climbs_in_disguise(path: str) -> bool:
    """Whether decoding it, as often as there is something to decode, makes it climb or begin at the top."""
    if path.isascii() and "%" not in path:
        return False
    for _ in range(ROUNDS):
        plain = OVERLONG.sub(lambda found: MEANT[found[1].lower()], path)
        plain = unicodedata.normalize("NFKC", unquoted(plain))
        plain = "".join(each for each in plain if unicodedata.category(each) != "Cf")
        if _climbs(plain) or "\0" in plain or plain.startswith(("/", "\\")):
            return True
        if plain == path:
            return False
        path = plain
    return True
