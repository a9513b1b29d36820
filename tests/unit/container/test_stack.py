"""Which layers a call goes through, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from muster.container import close_container
from muster.domain.errors import BudgetExceeded, ConfigurationError, ErrorKind, ModelFailure, UnknownName
from muster.domain.messaging.message import Message, Role
from muster.domain.models.exchange import ModelRequest
from muster.domain.models.provider import ProviderKind
from muster.domain.models.tier import ModelTier
from tests.fakes.scripted_model import saying
from tests.unit.application.models.calls import ASKED, attempts_of, failure, text_of

from .houses import Building, House, asked, story

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
DIRTY = ModelRequest((Message(Role.USER, f"my token is {TOKEN}"),))
DOWN = [failure(ErrorKind.OVERLOADED)]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Building]:
    """Makes a house from scripts by model and from settings; closes it at the end."""
    houses: list[House] = []

    def make(scripts: dict[str, object], **settings: object) -> House:
        houses.append(House(tmp_path, scripts, settings))  # type: ignore[arg-type] # scripts of calls
        return houses[-1]

    yield make
    for house in houses:
        close_container(house.container)


class TestTheEmbeddedModel:
    """It runs in this process: only what every call goes through is around it."""

    async def test_it_is_neither_guarded_nor_retried_nor_given_up(self, build: Building) -> None:
        """Each call reaches it once, as it was asked, however often it failed."""
        house = build({"offline/evidence": DOWN}, privacy="block")
        model = house.model("offline/evidence")
        for _ in range(8):
            _, error = await asked(model, DIRTY)
            assert isinstance(error, ModelFailure)

        played = house.played["offline/evidence"]
        assert all(request.messages is DIRTY.messages for request in played.requests)
        assert story(house.ledger.attempts) == ["offline/evidence overloaded"] * 8
        assert house.clock.slept == []

    async def test_it_is_metered_and_no_budget_stands_against_it(self, build: Building) -> None:
        """Nobody is asked and nothing is spent: a limit on calls is one on calls of language models."""
        house = build({"offline/evidence": saying("done")})
        model, request = house.model("offline/evidence"), house.asking(calls=1)
        await asked(model, request)
        _, error = await asked(model, request)

        assert error is None
        assert story(house.ledger.attempts) == ["offline/evidence answered", "offline/evidence answered"]
        assert house.calls() == {"offline/evidence": 2}


class TestPrivacy:
    """What may leave this machine."""

    @pytest.mark.parametrize("policy", ["block", "redact", "allow"])
    async def test_a_model_of_ones_own_is_told_everything(self, build: Building, policy: str) -> None:
        """Whatever the policy is: nothing leaves."""
        house = build({"ollama/qwen": saying("hi")}, privacy=policy)
        await asked(house.model("ollama/qwen"), DIRTY)

        assert house.played["ollama/qwen"].requests[0].messages == DIRTY.messages

    async def test_a_provider_that_is_said_to_be_local_is(self, build: Building) -> None:
        """The user knows where their servers are."""
        settings = {"third": {"kind": "compatible", "url": "https://third.example/v1", "local": True}}
        house = build({"third/large": saying("hi")}, privacy="block", providers=settings)
        await asked(house.model("third/large"), DIRTY)

        assert house.calls() == {"third/large": 1}

    async def test_a_local_provider_that_was_sent_elsewhere_is_guarded(self, build: Building) -> None:
        """Its name says nothing about where its address leads."""
        away = {"ollama": {"url": "https://gpu.example/v1"}}
        house = build({"ollama/qwen": saying("hi")}, privacy="redact", providers=away)
        await asked(house.model("ollama/qwen"), DIRTY)

        assert TOKEN not in house.played["ollama/qwen"].requests[0].messages[0].content

    @pytest.mark.parametrize(("policy", "arrives"), [("redact", False), ("allow", True)])
    async def test_others_are_told_what_the_user_allows(
        self, build: Building, policy: str, arrives: bool
    ) -> None:
        """Without the secret, unless it may be sent."""
        house = build({"house/large": saying("hi")}, privacy=policy)
        await asked(house.model("house/large"), DIRTY)

        sent = house.played["house/large"].requests[0].messages[0].content
        assert (TOKEN in sent) is arrives
        assert sent.startswith("my token is ")

    async def test_what_is_blocked_is_on_record_and_goes_nowhere_else(self, build: Building) -> None:
        """The guard stands inside the meter; neither a second try nor a stand-in would change anything."""
        house = build(
            {"house/large": saying("hi"), "other/large": saying("hi")}, privacy="block", fallback=["other"]
        )
        _, error = await asked(house.model("house/large"), DIRTY)

        assert isinstance(error, ModelFailure)
        assert error.kind is ErrorKind.BLOCKED
        assert story(house.ledger.attempts) == ["house/large blocked"]
        assert house.ledger.attempts[0].cost == 0
        assert house.calls() == {}


class TestTheOrder:
    """Each layer is seen by what the one around it makes of it."""

    async def test_every_retry_is_metered_and_pays(self, build: Building) -> None:
        """Retries are outside the budget, and the budget is outside the meter: a refusal is on record once."""
        house = build({"third/large": DOWN})
        events, error = await asked(house.model("third/large"), house.asking(calls=2))

        assert isinstance(error, BudgetExceeded)
        assert story(house.ledger.attempts) == [
            "third/large overloaded", "third/large overloaded", "third/large budget"
        ]  # fmt: skip
        assert attempts_of(events) == house.ledger.attempts
        assert len(house.clock.slept) == 2

    async def test_a_call_waits_for_its_turn_before_it_takes_from_the_budget(self, build: Building) -> None:
        """The rate limit is outside the budget: who waits holds no money back from others."""
        slow = {"third": {"kind": "compatible", "url": "https://third.example/v1", "requests": 1}}
        house = build({"third/large": saying("hi")}, providers=slow)
        model, request = house.model("third/large"), house.asking(calls=1)
        await asked(model, request)
        _, error = await asked(model, request)

        assert isinstance(error, BudgetExceeded)
        assert [attempt.waited >= 60 for attempt in house.ledger.attempts] == [False, True]

    async def test_a_provider_that_is_down_is_not_waited_for(self, build: Building) -> None:
        """The breaker is outside the rate limit: what it refuses takes nobody's turn."""
        slow = {"third": {"kind": "compatible", "url": "https://third.example/v1", "requests": 5}}
        house = build({"third/large": DOWN}, providers=slow, retries=0)
        model = house.model("third/large")
        for _ in range(6):
            await asked(model)

        assert story(house.ledger.attempts)[4:] == ["third/large overloaded", "third/large circuit_open"]
        assert house.calls() == {"third/large": 5}
        assert house.clock.slept == []

    async def test_one_call_that_fails_often_enough_opens_the_circuit(self, build: Building) -> None:
        """Retries are outside the breaker, and each of them counts."""
        house = build({"third/large": DOWN}, retries=5)
        await asked(house.model("third/large"))

        assert story(house.ledger.attempts) == ["third/large overloaded"] * 5 + ["third/large circuit_open"]

    async def test_a_stand_in_is_asked_when_all_retries_have_failed(self, build: Building) -> None:
        """The fallback is outside the retries, and marks what it calls."""
        house = build({"house/large": DOWN, "other/large": saying("here")}, retries=2, fallback=["other"])
        events, error = await asked(house.model("house/large"))

        assert error is None
        assert text_of(events) == "here"
        assert story(attempts_of(events)) == ["house/large overloaded"] * 3 + ["other/large answered"]
        assert [attempt.fallback for attempt in house.ledger.attempts] == [False, False, False, True]

    async def test_a_kept_answer_costs_nothing_and_asks_nobody(self, build: Building) -> None:
        """The cache is outside everything: not even an empty budget stands against it."""
        house = build({"house/large": saying("hi")}, response_cache=True)
        model = house.model("house/large")
        first, _ = await asked(model)
        again, error = await asked(model, house.asking(calls=0))

        assert error is None
        assert text_of(first) == text_of(again) == "hi"
        assert house.calls() == {"house/large": 1}
        assert [(one.cached, one.cost) for one in house.ledger.attempts] == [
            (False, Decimal("0.00002")), (True, Decimal(0))
        ]  # fmt: skip

    async def test_without_a_cache_every_question_is_asked(self, build: Building) -> None:
        """Nobody is answered from memory who did not ask for it."""
        house = build({"house/large": saying("hi")})
        for _ in range(2):
            await asked(house.model("house/large"))

        assert house.calls() == {"house/large": 2}

    async def test_the_answer_of_a_stand_in_is_not_kept(self, build: Building) -> None:
        """The model that was asked for may be back the next time."""
        house = build(
            {"house/large": DOWN, "other/large": saying("here")},
            retries=0,
            fallback=["other"],
            response_cache=True,
        )
        for _ in range(2):
            await asked(house.model("house/large"))

        assert house.calls() == {"house/large": 2, "other/large": 2}


class TestFallback:
    """Nothing is sent to a provider that nobody chose."""

    async def test_unasked_only_stronger_models_of_the_same_provider_stand_in(self, build: Building) -> None:
        """Though others could be had."""
        scripts = dict.fromkeys(
            ["house/small", "house/large", "house/best", "other/large", "other/best"], DOWN
        )
        house = build(scripts, retries=0)
        _, error = await asked(house.model("house/large"))

        assert isinstance(error, ModelFailure)
        assert house.calls() == {"house/large": 1, "house/best": 1}

    async def test_who_names_a_model_means_that_one(self, build: Building) -> None:
        """A dearer one of the same provider does not answer in its place; one that was named for that does."""
        house = build({"house/large": DOWN, "house/best": saying("dear")}, retries=0, model="house/large")
        _, error = await asked(house.container.pool().client(ModelTier.CAPABLE))
        _, other = await asked(house.container.model_named()("house/large"))
        assert isinstance(error, ModelFailure)
        assert isinstance(other, ModelFailure)
        assert house.calls() == {"house/large": 2}

        named = build({"house/large": DOWN, "third/large": saying("hi")}, retries=0, fallback=["third"])
        events, _ = await asked(named.container.model_named()("house/large"))
        assert text_of(events) == "hi"

    async def test_who_names_a_provider_gets_its_stronger_models_too(self, build: Building) -> None:
        """The tier is all that was said."""
        house = build({"house/large": DOWN, "house/best": saying("hi")}, retries=0, model="house")
        events, _ = await asked(house.container.pool().client(ModelTier.CAPABLE))
        assert text_of(events) == "hi"

    async def test_a_local_model_has_only_local_stand_ins(self, build: Building) -> None:
        """Its text stays here."""
        house = build(
            {"ollama/qwen": DOWN, "ollama/qwen-best": saying("hi"), "house/best": saying("no")}, retries=0
        )
        events, _ = await asked(house.model("ollama/qwen"))

        assert text_of(events) == "hi"
        assert house.calls() == {"ollama/qwen": 1, "ollama/qwen-best": 1}

    async def test_named_ones_are_asked_in_their_order_and_no_others(self, build: Building) -> None:
        """A provider means its model of the tier that is asked for."""
        scripts = dict.fromkeys(
            ["house/large", "house/best", "other/large", "other/best", "third/large"], DOWN
        )
        house = build(scripts, retries=0, fallback=["third", "other/best"])
        await asked(house.model("house/large"))

        assert list(house.calls()) == ["house/large", "third/large", "other/best"]

    async def test_one_without_a_key_is_passed_over(self, build: Building) -> None:
        """The next may have one."""
        house = build(
            {"house/large": DOWN, "third/large": saying("hi")}, retries=0, fallback=["other", "third"]
        )
        events, error = await asked(house.model("house/large"))

        assert (text_of(events), error) == ("hi", None)

    def test_the_model_that_was_asked_for_must_be_there(self, build: Building) -> None:
        """A stand-in in its place from the start would be another choice than the user's."""
        house = build({"other/large": saying("hi")}, fallback=["other"])

        with pytest.raises(ConfigurationError, match="house/large has no key"):
            house.model("house/large")

    def test_a_stand_in_that_does_not_exist_is_said_at_once(self, build: Building) -> None:
        """Not when it is needed."""
        house = build({"house/large": saying("hi")}, fallback=["othre"])

        with pytest.raises(UnknownName, match="othre") as raised:
            house.model("house/large")
        assert "other" in raised.value.hint


async def test_a_hosts_own_model_is_metered_and_pays_and_no_more(build: Building) -> None:
    """It is the host's to retry and to guard."""
    house = build({"offline/evidence": DOWN})
    model = house.container.stack().counted(house.open(house.container.choice().named("offline/evidence")))
    _, failed = await asked(model, DIRTY)
    _, refused = await asked(model, house.asking(ASKED, calls=0))

    assert isinstance(failed, ModelFailure)
    assert isinstance(refused, BudgetExceeded)
    assert house.calls() == {"offline/evidence": 1}


@pytest.mark.parametrize(
    ("said", "local"),
    [
        ({"url": "http://127.0.0.1:9000/v1"}, True),
        ({"url": "http://[::1]:9000/v1"}, True),
        ({"url": "http://localhost:9000/v1"}, True),
        ({"url": "http://127.0.0.1@gpu.example/v1"}, False),
        ({"url": "https://gpu.example/v1"}, False),
        ({"url": "https://gpu.example/v1", "local": True}, True),
        ({"url": "http://127.0.0.1:9000/v1", "local": False}, False),
    ],
)
def test_a_local_provider_with_another_address_is_local_on_this_machine_or_when_the_user_says_so(
    build: Building, said: dict[str, object], local: bool
) -> None:
    """Else a change of address would take the guard away."""
    table = build({}, providers={"vllm": said, "openai": {"url": said["url"]}}).container.provider_table()

    assert table["vllm"].local is local
    assert not table["openai"].local


def test_the_embedded_model_that_becomes_another_kind_is_no_longer_local(build: Building) -> None:
    """Without any address the SDK would ask its own."""
    table = build({}, providers={"offline": {"kind": "openai"}}).container.provider_table()

    assert not table["offline"].local
    assert build({}).container.provider_table()["offline"].local


def test_the_table_of_providers_is_the_built_in_one_with_the_users_words_on_top(build: Building) -> None:
    """What is not said stays; a new provider is a compatible one; names are in lower case."""
    house = build({}, providers={"OLLAMA": {"requests": 3}, "Mine": {"url": "https://mine.example/v1"}})
    table = house.container.provider_table()

    assert (table["ollama"].kind, table["ollama"].local) == (ProviderKind.OLLAMA, True)
    assert table["ollama"].rate.requests == 3
    assert (table["mine"].kind, table["mine"].local, table["mine"].key_env) == (
        ProviderKind.COMPATIBLE,
        False,
        "",
    )
    assert table["anthropic"].key_env == "ANTHROPIC_API_KEY"


@pytest.mark.parametrize(("privacy", "outcome"), [("redact", "ok"), ("block", "blocked")])
async def test_a_secret_in_a_prompt_is_told_to_the_audit_log_by_its_kind(
    build: Building, privacy: str, outcome: str
) -> None:
    """With the request that it was taken out of, or that was not made; the secret itself stands nowhere."""
    house = build({"house/large": saying("fine")}, privacy=privacy)
    await asked(house.model("house/large"), DIRTY)
    await house.container.trail().flush()
    events = [one.event for one in await house.container.audit().get_events()]
    assert [(one.type.value, one.subject) for one in events] == [
        ("security-violation", "house/large"),
        ("model-request", "house/large"),
    ]
    assert events[0].details["what"] == "a secret in a prompt"
    assert str(events[0].details["finds"]).endswith(" 1")
    assert (events[1].details["outcome"], events[1].details["redacted"]) == (outcome, True)
    assert TOKEN not in str(events)


class TestPersonalData:
    """It goes to another machine as it is, as placeholders, or not at all."""

    MAIL = "ann.lee@mail-fabrik.com"

    @pytest.mark.parametrize(("policy", "sent"), [("allow", MAIL), ("hide", "[EMAIL-1]")])
    async def test_it_is_sent_as_the_user_has_set(self, build: Building, policy: str, sent: str) -> None:
        """And the answer holds the value again; the log names the kind alone."""
        house = build({"anthropic/claude-sonnet-5": saying(f"Dear {sent}")}, personal_data=policy)
        model = house.model("anthropic/claude-sonnet-5")
        events, error = await asked(model, ModelRequest((Message(Role.USER, f"Write to {self.MAIL}"),)))
        assert error is None
        (request,) = house.played["anthropic/claude-sonnet-5"].requests
        assert request.messages[0].content == f"Write to {sent}"
        assert text_of(events) == f"Dear {self.MAIL}"
