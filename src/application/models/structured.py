"""Answers that are values: found in what a model said, and held to the form that was asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import BaseModel, ValidationError

from ...domain.messaging.message import Message, Role
from ...domain.models.exchange import ModelResponse
from .json_schema import MAX_PROBLEMS, problems

Shape = type[BaseModel] | Mapping[str, object]
"""What an answer shall be: a pydantic model, or a JSON schema."""

FENCE = re.compile(r"```[\w+-]*[ \t]*\n(.*?)```", re.DOTALL)
OPENING = re.compile(r"[{\[]")
JSON_LIKE = re.compile(r"""\{\s*["'}]|\[\s*["'{\[]""")
STARTS = 200
"""Places in a text at which a JSON value may begin that are looked at."""


class NotAsAsked(Exception):
    """The answer has not the form that was asked for; its text says what is wrong, without the values."""


@dataclass(frozen=True, slots=True)
class Structure:
    """The form of an answer: the schema that a model is sent, and the check of what comes back."""

    shape: Shape

    @property
    def schema(self) -> Mapping[str, object]:
        """The JSON schema."""
        return self.shape if isinstance(self.shape, Mapping) else self.shape.model_json_schema()

    @property
    def name(self) -> str:
        """What the form is called."""
        title = self.schema.get("title")
        cleaned = re.sub(r"\W+", "_", str(title or ""), flags=re.ASCII).strip("_")
        return cleaned[:64] or "answer"

    def read(self, text: str) -> Any:
        """The value in `text`: an instance of the pydantic model, or what the JSON says; raises NotAsAsked.

        A fence around the JSON, or words before and after it, do no harm. Two different values that both fit
        are no answer.
        """
        values: list[Any] = []
        complaint = "it holds no JSON value"
        for candidate in _json_values(text):
            try:
                value = self._held(candidate)
            except NotAsAsked as error:
                complaint = str(error)
            else:
                if value not in values:
                    values.append(value)
        if len(values) > 1:
            raise NotAsAsked("it holds several different values that fit; exactly one is wanted")
        if not values:
            raise NotAsAsked(complaint)
        return values[0]

    def _held(self, value: object) -> Any:
        if isinstance(self.shape, Mapping):
            wrong = problems(value, self.shape)
            if wrong:
                raise NotAsAsked("; ".join(wrong))
            return value
        try:
            return self.shape.model_validate_json(json.dumps(value), strict=True)
        except ValidationError as error:
            raise NotAsAsked(_reasons(error)) from None
        except RecursionError:
            raise NotAsAsked("it is nested too deeply") from None


def repair_messages(response: ModelResponse, structure: Structure, complaint: str) -> tuple[Message, ...]:
    """What is added to a conversation to have the broken answer `response` put right."""
    broken = Message(Role.ASSISTANT, response.text, reasoning=response.reasoning)
    wish = (
        f"Your answer cannot be used: {complaint}.\n"
        "Answer again, with one JSON value only (no other words, no fence) that fits this JSON schema:\n"
        f"{json.dumps(structure.schema, ensure_ascii=False)}"
    )
    return (broken, Message(Role.USER, wish))


def schema_message(structure: Structure) -> Message:
    """What tells the form of the answer to a model that takes no schema."""
    schema = json.dumps(structure.schema, ensure_ascii=False)
    return Message(Role.SYSTEM, f"Answer with one JSON value only, which fits this JSON schema:\n{schema}")


def _json_values(text: str) -> Iterator[object]:
    """JSON values in `text`: the whole of it, else what its fences hold, else what stands between its words."""
    whole = list(_parsed(text.strip()))
    if whole:
        yield from whole
        return
    fenced = [value for block in FENCE.findall(text) for value in _parsed(block.strip())]
    yield from fenced or _embedded(text)


def _parsed(text: str) -> Iterator[object]:
    try:
        yield DECODER.decode(text)
    except (ValueError, RecursionError):
        return


def _embedded(text: str) -> Iterator[object]:
    """Objects and arrays among words.

    Where one begins and is broken, nothing behind it is looked at: a part of a value must not pass for the whole.
    """
    position = 0
    for _ in range(STARTS):
        begin = OPENING.search(text, position)
        if begin is None:
            return
        try:
            value, position = DECODER.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            if JSON_LIKE.match(text, begin.start()):
                return
            position = begin.end()
        else:
            yield value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


DECODER = json.JSONDecoder(parse_constant=_no_number)


def _reasons(error: ValidationError) -> str:
    """Each thing that does not fit, without the values: they may be long or secret."""
    said = []
    found = error.errors(include_url=False, include_context=False, include_input=False)
    for problem in found[:MAX_PROBLEMS]:
        place = ".".join(str(part) for part in problem["loc"])
        said.append(f"{place}: {problem['msg']}" if place else problem["msg"])
    more = [f"and {len(found) - MAX_PROBLEMS} more"] if len(found) > MAX_PROBLEMS else []
    return "; ".join(said + more)
