"""YAML files as lists of mappings whose lines are known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from ...domain.errors import ConfigurationError
from .plain_files import read_plain

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One mapping of a file, its values plain Python; `node` remembers where each of them stands."""

    path: Path
    values: dict[str, object]
    node: yaml.MappingNode

    def line(self, place: tuple[int | str, ...]) -> int:
        """The 1-based line of the value at `place`, or of the nearest thing around it that is written."""
        shown: yaml.Node = self.node
        node: yaml.Node = self.node
        for step in place:
            below = _below(node, step)
            if below is None:
                break
            shown, node = below
        return int(shown.start_mark.line) + 1


def _below(node: yaml.Node, step: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    """What marks the place of a value, and the value: the key, when the value is a block that begins later."""
    if isinstance(node, yaml.MappingNode):
        found = next(((key, value) for key, value in node.value if key.value == step), None)
        if found is not None:
            return (found[1] if isinstance(found[1], yaml.SequenceNode) else found[0], found[1])
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def read_entries(
    path: Path,
    noun: str = "an agent",
    wanted: str = "write an agent, or a list of agents",
    within: Path | None = None,
) -> list[Entry]:
    """The one mapping in a file, or those in its list; none in an empty file.

    Raises ConfigurationError; `noun` is what each of them is, and `wanted` the hint for another shape. `within` is
    the folder that a link may not lead out of.
    """
    text = _text(path, within)
    try:
        _refuse_mazes(path, text, wanted)
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        nodes = [] if root is None else root.value if isinstance(root, yaml.SequenceNode) else [root]
        return [_entry(path, node, loader, noun, wanted) for node in nodes]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        problem = f"not valid YAML: {error.problem or 'it cannot be read'}"
        raise _fault(path, mark.line + 1 if mark else 1, problem, "check indentation") from error
    except (yaml.YAMLError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise _fault(path, 1, f"not valid YAML: {reason}", wanted) from error


def _refuse_mazes(path: Path, text: str, wanted: str) -> None:
    """Refuse what an entry never needs and what makes a small file endless: aliases, deep nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise _fault(path, line, "aliases (*name) are not supported", "write the values out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _fault(path, line, "nested too deeply", wanted)


def _text(path: Path, within: Path | None) -> str:
    try:
        return read_plain(path, MAX_BYTES, within).decode("utf-8-sig")
    except FileNotFoundError as error:
        raise _fault(path, 1, "there is no such file", "name one that is there, or none") from error
    except OSError as error:
        hint = f"it is to be a regular file of at most {MAX_BYTES // 1024} kB that can be read"
        raise _fault(path, 1, f"cannot be read: {error.strerror}", hint) from error
    except UnicodeDecodeError as error:
        raise _fault(path, 1, "not UTF-8 text", "save it as UTF-8") from error


def _entry(path: Path, node: yaml.Node, loader: yaml.SafeLoader, noun: str, wanted: str) -> Entry:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        raise _fault(path, line, f"not {noun}", wanted)
    seen = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _fault(path, key.start_mark.line + 1, "a key is not a plain word", "write key: value")
        if key.value in seen:
            raise _fault(path, key.start_mark.line + 1, f"{key.value}: is there twice", "keep one of them")
        seen.add(key.value)
    values = loader.construct_mapping(node, deep=True)
    return Entry(path, {str(key): value for key, value in values.items()}, node)


def _fault(path: Path, line: int, message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path}:{line}: {message}", details={"file": str(path), "line": line}, hint=hint
    )
