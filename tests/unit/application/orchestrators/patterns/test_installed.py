"""Patterns that other distributions bring along."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from muster.application.orchestrators.patterns import PATTERNS, known_patterns, pattern_named
from muster.domain.errors import ConfigurationError, UnknownName
from tests.fakes.builders import planned
from tests.fakes.troupe import FakeTroupe

RELAY = '''
from muster.application.orchestrators.patterns.base import Arity, Bound, CompositionPattern
from muster.application.orchestrators.patterns.base import Assignment

class Relay(CompositionPattern):
    """The last first."""

    name = "relay"
    purpose = "from the last to the first"
    arity = Arity(1, 10)

    async def execute(self, team, stage):
        done = {}
        for agent in reversed(team):
            done[agent.agent] = (await stage.step(Assignment(agent))).result
        return tuple(done[agent.agent] for agent in team)

    def seconds(self, steps, limit, bound=Bound.USUAL):
        return sum(steps)

    def turns(self, count, bound=Bound.USUAL):
        return (1,) * count

class Nameless:
    pass
'''


class Shelf:
    """Distributions in a folder that Python looks at."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, distribution: str, *points: str, module: str = RELAY) -> None:
        """Install a distribution with these entry points, and its module."""
        name = distribution.replace("-", "_")
        (self._folder / f"{name}.py").write_text(module)
        info = self._folder / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[muster.patterns]\n" + "\n".join(points) + "\n")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """A place for distributions that is gone after the test."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    return Shelf(tmp_path)


async def test_a_pattern_of_somebody_else_is_found_by_name_and_runs(shelf: Shelf) -> None:
    """It stands in the list, and a slip of the pen is told of it."""
    shelf.put("acme-relay", "relay = acme_relay:Relay")
    troupe = FakeTroupe()
    results = await pattern_named("Relay").execute([planned(name) for name in "ab"], troupe.stage())
    assert (troupe.order, [result.agent for result in results]) == (["b", "a"], ["a", "b"])
    assert list(known_patterns()) == [*PATTERNS, "relay"]
    with pytest.raises(UnknownName) as caught:
        pattern_named("relais")
    assert "relay" in caught.value.hint


def test_what_is_not_asked_for_is_not_imported(shelf: Shelf) -> None:
    """A broken one harms only those who name it, or list them all."""
    shelf.put("acme-broken", "boom = acme_broken:Boom", module="raise RuntimeError('no licence')")
    assert pattern_named("parallel") is PATTERNS["parallel"]
    with pytest.raises(UnknownName):
        pattern_named("ring")
    assert "acme_broken" not in sys.modules
    for ask in (lambda: pattern_named("boom"), known_patterns):
        with pytest.raises(ConfigurationError) as caught:
            ask()
        assert caught.value.message == (
            "the pattern 'boom' of distribution 'acme-broken' cannot be loaded: RuntimeError: no licence"
        )


def test_a_built_in_name_cannot_be_replaced(shelf: Shelf) -> None:
    """Whoever asks for parallel gets ours; the list names who tried."""
    shelf.put("acme-thief", "parallel = acme_thief:Relay")
    assert pattern_named("parallel") is PATTERNS["parallel"]
    with pytest.raises(
        ConfigurationError, match="'acme-thief' offers a pattern 'parallel', which is built in"
    ):
        known_patterns()


@pytest.mark.parametrize(
    ("point", "words"),
    [
        ("relay = acme_odd:Nameless", "the pattern 'relay' of distribution 'acme-odd' has no name, purpose"),
        ("relay = acme_odd:Gone", "cannot be loaded: AttributeError"),
        ("ring = acme_odd:Relay", "distribution 'acme-odd' registers the pattern 'relay' as 'ring'"),
    ],
)
def test_what_is_no_pattern_is_refused_with_its_distribution(shelf: Shelf, point: str, words: str) -> None:
    """Whose fault it is, and what is wrong."""
    shelf.put("acme-odd", point)
    with pytest.raises(ConfigurationError) as caught:
        pattern_named(point.partition(" ")[0])
    assert words in caught.value.message


def test_two_distributions_of_one_name_are_both_named(shelf: Shelf) -> None:
    """Nobody wins by the order of the path."""
    shelf.put("acme-one", "relay = acme_one:Relay")
    shelf.put("acme-two", "relay = acme_two:Relay")
    with pytest.raises(ConfigurationError) as caught:
        pattern_named("relay")
    assert "'acme-one'" in caught.value.message
    assert "'acme-two'" in caught.value.message
