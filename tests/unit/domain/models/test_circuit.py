"""The laws of a circuit breaker."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from muster.domain.errors import ErrorKind
from muster.domain.models.circuit import Circuit, CircuitPolicy, CircuitState, Outcome, outcome_of

POLICY = CircuitPolicy(failures=5, seconds=60, trials=1)


def admitted(circuit: Circuit, now: float, policy: CircuitPolicy = POLICY) -> Circuit:
    """`circuit` with one more call, which must be let through."""
    after = circuit.admit(policy, now)
    assert after is not None
    return after


def broken(now: float = 0.0, policy: CircuitPolicy = POLICY) -> Circuit:
    """A circuit that has just opened."""
    circuit = Circuit()
    for _ in range(policy.failures):
        circuit = admitted(circuit, now, policy)
        circuit = circuit.settle(circuit.period, Outcome.FAILED, policy, now)
    assert circuit.state is CircuitState.OPEN
    return circuit


def test_five_failures_in_a_row_open_it_for_a_minute() -> None:
    """Not four; and not before the minute is over is anything let through."""
    circuit = broken(now=10.0)

    assert circuit.admit(POLICY, 69.9) is None
    assert circuit.seconds_left(POLICY, 60.0) == 10.0
    assert admitted(circuit, 70.0).state is CircuitState.HALF_OPEN


def test_one_answer_in_between_starts_the_count_anew() -> None:
    """Four failures, an answer, four failures: closed."""
    circuit = Circuit()
    for outcome in [*[Outcome.FAILED] * 4, Outcome.ANSWERED, *[Outcome.FAILED] * 4]:
        circuit = circuit.settle(circuit.period, outcome, POLICY, 0.0)

    assert (circuit.state, circuit.failures) == (CircuitState.CLOSED, 4)


@pytest.mark.parametrize("trials", [1, 2, 5])
def test_exactly_so_many_trials_are_let_through(trials: int) -> None:
    """And all of them have to answer before it is closed."""
    policy = CircuitPolicy(trials=trials)
    circuit = broken(policy=policy)
    for _ in range(trials):
        circuit = admitted(circuit, 60.0, policy)
    assert circuit.admit(policy, 1e9) is None

    for number in range(trials):
        assert circuit.state is CircuitState.HALF_OPEN, number
        circuit = circuit.settle(circuit.period, Outcome.ANSWERED, policy, 61.0)
    assert (circuit.state, circuit.failures) == (CircuitState.CLOSED, 0)


def test_a_trial_that_answered_does_not_make_room_for_one_more_than_agreed() -> None:
    """Of two trials one has answered: one place is left, not two."""
    policy = CircuitPolicy(trials=2)
    circuit = admitted(broken(policy=policy), 60.0, policy)
    circuit = circuit.settle(circuit.period, Outcome.ANSWERED, policy, 61.0)

    assert admitted(circuit, 61.0, policy).admit(policy, 61.0) is None


def test_a_trial_that_fails_opens_it_for_another_minute() -> None:
    """From the moment at which the trial failed."""
    trial = admitted(broken(), 60.0)
    again = trial.settle(trial.period, Outcome.FAILED, POLICY, 65.0)

    assert again.admit(POLICY, 124.9) is None
    assert again.admit(POLICY, 125.0) is not None


def test_a_trial_that_says_nothing_gives_its_place_back() -> None:
    """One that was cancelled, or that was a bad request of the caller."""
    trial = admitted(broken(), 60.0)
    back = trial.settle(trial.period, Outcome.UNKNOWN, POLICY, 61.0)

    assert back.state is CircuitState.HALF_OPEN
    assert admitted(back, 61.0).admit(POLICY, 61.0) is None


@given(outcome=st.sampled_from(Outcome))
def test_calls_of_an_earlier_period_change_nothing(outcome: Outcome) -> None:
    """A slow call from before the circuit opened neither closes it nor keeps it open."""
    before = Circuit().period
    trial = admitted(broken(), 60.0)

    assert trial.settle(before, outcome, POLICY, 61.0) == trial


def test_only_what_speaks_against_the_provider_counts() -> None:
    """A caller's mistake, a refusal, a rate limit or a budget do not; a server that breaks does."""
    counted = {kind for kind in ErrorKind if outcome_of(kind) is Outcome.FAILED}

    assert counted == {
        ErrorKind.TIMEOUT,
        ErrorKind.CONNECTION,
        ErrorKind.OVERLOADED,
        ErrorKind.SERVER,
        ErrorKind.CONFLICT,
        ErrorKind.INCOMPLETE,
        ErrorKind.BAD_ANSWER,
    }
    assert outcome_of(None) is Outcome.ANSWERED


@pytest.mark.parametrize("wrong", [{"failures": 0}, {"trials": 0}, {"seconds": -1}])
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    """It could never open, or never close."""
    with pytest.raises(ValueError, match="no circuit policy"):
        CircuitPolicy(**wrong)


class Breaker(RuleBasedStateMachine):
    """Calls begin and end in any order while time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.policy = CircuitPolicy(failures=3, seconds=10, trials=2)
        self.circuit = Circuit()
        self.now = 0.0
        self.calls: list[int] = []
        self.opened_at: float | None = None

    @rule(seconds=st.integers(0, 15))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def a_call_begins(self) -> None:
        after = self.circuit.admit(self.policy, self.now)
        if after is None:
            return
        assert self.circuit.state is not CircuitState.OPEN or self.now - self.circuit.opened_at >= 10
        self.circuit = after
        self.calls.append(after.period)

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), outcome=st.sampled_from(Outcome))
    def a_call_ends(self, data: st.DataObject, outcome: Outcome) -> None:
        period = self.calls.pop(data.draw(st.integers(0, len(self.calls) - 1)))
        self.circuit = self.circuit.settle(period, outcome, self.policy, self.now)

    @invariant()
    def trials_are_those_that_are_out(self) -> None:
        if self.circuit.state is CircuitState.HALF_OPEN:
            out = self.calls.count(self.circuit.period)
            assert self.circuit.out == out
            assert 0 <= out + self.circuit.passed <= self.policy.trials
        if self.circuit.state is CircuitState.CLOSED:
            assert self.circuit.failures < self.policy.failures

    @invariant()
    def it_can_always_be_closed_again(self) -> None:
        """No order of events leaves a circuit that nothing gets through any more."""
        circuit = self.circuit
        if circuit.state is CircuitState.HALF_OPEN:
            for _ in range(circuit.out):
                circuit = circuit.settle(circuit.period, Outcome.UNKNOWN, self.policy, self.now)
        assert circuit.admit(self.policy, self.now + 10) is not None


TestBreaker = Breaker.TestCase
TestBreaker.settings = settings(max_examples=40, stateful_step_count=30)
