"""Build the wheel without network, refuse it unless `muster` is its one top-level name, print its path."""

import sys
import zipfile
from pathlib import Path

from flit_core.wheel import make_wheel_in


def top_level_names(wheel: Path) -> set[str]:
    """First path components in the archive, its metadata folder left out."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name.split("/")[0] for name in archive.namelist()}
    return {name for name in names if not name.endswith(".dist-info")}


def build(root: Path, target: Path) -> Path:
    """Build the project at `root` into the folder `target`, which is created."""
    target.mkdir(parents=True, exist_ok=True)
    return Path(make_wheel_in(root / "pyproject.toml", target).file)


def main(target: str) -> int:
    """Build into `target`; 1 when the wheel would put more than `muster` on a user's path."""
    wheel = build(Path(__file__).resolve().parent.parent, Path(target))
    names = top_level_names(wheel)
    if names != {"muster"}:
        print(f"the wheel's top-level names are {sorted(names)}, not just 'muster'", file=sys.stderr)
        return 1
    print(wheel)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
