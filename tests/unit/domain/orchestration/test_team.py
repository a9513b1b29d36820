"""Set cover over capabilities."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from muster.domain.agents.capability import Capability as C
from muster.domain.agents.roster import ROSTER
from muster.domain.agents.template import AgentTemplate
from muster.domain.orchestration.team import cover
from tests.fakes.builders import template

capabilities = st.lists(st.sampled_from(list(C)), max_size=16)
pools = st.lists(
    st.builds(lambda i, cs: template(f"a{i}", *cs), st.integers(0, 99), st.sets(st.sampled_from(list(C)))),
    max_size=12,
    unique_by=lambda agent: agent.id,
)


def test_one_agent_that_covers_two_is_taken_before_two() -> None:
    """The team is as small as the greedy choice finds it."""
    both = template("both", C.CODE_REVIEW, C.DOCUMENTATION)
    team = cover((C.CODE_REVIEW, C.DOCUMENTATION), [template("one", C.CODE_REVIEW), both])
    assert [member.template.id for member in team.members] == ["both"]
    assert team.members[0].covers == (C.CODE_REVIEW, C.DOCUMENTATION)


def test_a_tie_goes_to_what_was_asked_for_first_and_then_to_the_earlier_agent() -> None:
    """The order of the task is the order of the team."""
    pool = [
        template("docs", C.DOCUMENTATION),
        template("rev1", C.CODE_REVIEW),
        template("rev2", C.CODE_REVIEW),
    ]
    team = cover((C.CODE_REVIEW, C.DOCUMENTATION), pool)
    assert [member.template.id for member in team.members] == ["rev1", "docs"]


def test_what_nobody_has_is_named() -> None:
    """A gap is part of the answer."""
    assert cover((C.PLANNING, C.CODE_REVIEW), [template("r", C.CODE_REVIEW)]).missing == (C.PLANNING,)


@given(capabilities, pools, st.integers(1, 10))
def test_a_team_covers_what_the_pool_can_and_nobody_is_idle(
    wanted: list[C], pool: list[AgentTemplate], limit: int
) -> None:
    """Covered and missing are all that was wanted, nobody comes twice, nobody covers nothing, the limit holds."""
    team = cover(wanted, pool, limit)
    covered = [capability for member in team.members for capability in member.covers]
    assert sorted(covered + list(team.missing)) == sorted(set(wanted))
    assert len(team.members) <= limit
    assert len({member.template.id for member in team.members}) == len(team.members)
    assert all(member.covers for member in team.members)
    if len(team.members) < limit:
        able = {capability for agent in pool for capability in agent.capabilities}
        assert not able.intersection(team.missing)


def test_the_roster_has_somebody_for_everything() -> None:
    """Sixteen agents, sixteen capabilities, no gap and no id twice."""
    assert cover(tuple(C), ROSTER, limit=16).missing == ()
    assert len({agent.id for agent in ROSTER}) == len(ROSTER) == 16
