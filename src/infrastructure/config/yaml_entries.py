"""YAML files as lists of mappings whose lines are known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from ...domain.errors import ConfigurationError

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
        node: yaml.Node = self.node
        for step in place:
            below = _below(node, step)
            if below is None:
                break
            node = below
        return int(node.start_mark.line) + 1


def _below(node: yaml.Node, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        # The key's place, when its value is a block that begins a line later.
        found = next(((key, value) for key, value in node.value if key.value == step), None)
        if found is not None:
            return found[1] if isinstance(found[1], yaml.SequenceNode) else found[0]
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item: yaml.Node = node.value[step]
        return item
    return None


def read_entries(path: Path) -> list[Entry]:
    """The one mapping in a file, or those in its list; none in an empty file; raises ConfigurationError."""
    text = _text(path)
    try:
        _refuse_mazes(path, text)
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        nodes = [] if root is None else root.value if isinstance(root, yaml.SequenceNode) else [root]
        return [_entry(path, node, loader) for node in nodes]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        problem = f"not valid YAML: {error.problem or 'it cannot be read'}"
        raise _fault(path, mark.line + 1 if mark else 1, problem, "check indentation") from error
    except (yaml.YAMLError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise _fault(path, 1, f"not valid YAML: {reason}", "write an agent, or a list of agents") from error


def _refuse_mazes(path: Path, text: str) -> None:
    """Refuse what an agent never needs and what makes a small file endless: aliases, deep nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise _fault(path, line, "aliases (*name) are not supported", "write the values out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _fault(path, line, "nested too deeply", "write an agent, or a list of agents")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise _fault(path, 1, f"larger than {MAX_BYTES // 1024} kB", "agents are short texts")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise _fault(path, 1, f"cannot be read: {error.strerror}", "check its permissions") from error
    except UnicodeDecodeError as error:
        raise _fault(path, 1, "not UTF-8 text", "save it as UTF-8") from error


def _entry(path: Path, node: yaml.Node, loader: yaml.SafeLoader) -> Entry:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        raise _fault(path, line, "not an agent", "write keys and values, such as id: my-agent")
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
