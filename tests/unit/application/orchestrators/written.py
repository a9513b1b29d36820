"""Answers of models that write and review, and what models were sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from muster.domain.generation.code import GenerationRequest
from muster.domain.models.exchange import ModelRequest
from muster.domain.models.usage import Usage
from tests.fakes.scripted_model import ScriptedModel, Step, model_info, saying

TASK = GenerationRequest("Add two numbers.", requirements=("takes integers",), constraints=("no imports",))
CODE = {"add.py": "def add(a, b):\n    return a + b\n"}
TESTS = {"test_add.py": "from add import add\n\ndef test_add():\n    assert add(1, 2) == 3\n"}
GOOD = dict.fromkeys(("correctness", "tests", "security", "readability", "design", "efficiency"), 9.0)


def code_text(
    files: Mapping[str, str] | None = None, tests: Mapping[str, str] | None = None, summary: str = "Adds."
) -> str:
    """Code as a model answers with it."""

    def listed(texts: Mapping[str, str]) -> list[dict[str, str]]:
        return [{"path": path, "content": text} for path, text in texts.items()]

    return json.dumps(
        {
            "files": listed(CODE if files is None else files),
            "tests": listed(TESTS if tests is None else tests),
            "summary": summary,
            "dependencies": [],
        }
    )


def review_text(
    score: float | None = None, issues: Sequence[Mapping[str, object]] = (), **scores: float
) -> str:
    """A review as a model answers with it: every score `score`, those named in `scores` apart."""
    given = {name: value if score is None else score for name, value in GOOD.items()} | scores
    said = {
        "scores": given,
        "issues": list(issues),
        "recommendations": ["name it better"],
        "summary": "Fine.",
    }
    return json.dumps(said)


def issue(path: str = "add.py", line: int = 1, severity: str = "medium") -> dict[str, object]:
    """One issue as a model says it."""
    return {"path": path, "line": line, "severity": severity, "why": "it is odd", "suggestion": "change it"}


def model_saying(*answers: str | BaseException, name: str = "scripted") -> ScriptedModel:
    """A model that answers with each of `answers` in turn, 10 tokens in and 5 out each; an error is raised."""
    scripts: list[list[Step]] = [
        [answer] if isinstance(answer, BaseException) else saying(answer, Usage(input=10, output=5))
        for answer in answers
    ]
    return ScriptedModel(*scripts, info=replace(model_info(), id=name))


def sent(request: ModelRequest) -> str:
    """All words that a model was sent."""
    return "\n\n".join(message.content for message in request.messages)
