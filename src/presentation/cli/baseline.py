"""The findings that are known already: a file of fingerprints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from ...domain.errors import UserError
from .plain import SCHEMA_VERSION

WANTED = "give a file that --write-baseline wrote, or a JSON or SARIF report of muster"


def read_baseline(name: str | None) -> frozenset[str]:
    """The fingerprints in the file `name`, none without a name; raises UserError."""
    if name is None:
        return frozenset()
    document = read_json(name, "baseline", WANTED)
    if "fingerprints" in document:
        return _checked(name, document.get("schema_version"), document["fingerprints"])
    if isinstance(document.get("runs"), list) and document.get("version"):
        return frozenset(_of_sarif(document["runs"]))
    findings = _findings(document)
    if findings is None:
        _refuse(name, "holds neither fingerprints nor findings")
    return _checked(name, SCHEMA_VERSION, [_get(finding, "fingerprint") for finding in findings])


def baseline_text(fingerprints: Iterable[str]) -> str:
    """The content of a baseline file, the same for the same findings."""
    content = {"schema_version": SCHEMA_VERSION, "fingerprints": sorted(set(fingerprints))}
    return json.dumps(content, indent=2) + "\n"


def read_json(name: str, kind: str, hint: str) -> dict[str, Any]:
    """The JSON object in the file `name`, a file of that `kind`; raises UserError."""
    from ...container.paths import real_place

    real_place(name)
    try:
        document = json.loads(Path(name).read_text(encoding="utf-8-sig"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(f"the {kind} {name!r} could not be read: {reason}", code=kind, hint=hint) from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"the {kind} {name!r} is not JSON: {error}", code=kind, hint=hint) from error
    if not isinstance(document, dict):
        raise UserError(f"the {kind} {name!r} is not a JSON object", code=kind, hint=hint)
    return document


def _findings(document: Mapping[str, Any]) -> list[Any] | None:
    """The findings of a JSON report, wherever its layout keeps them."""
    run = _get(document, "run")
    for place in (document, _get(document, "report"), run, _get(run, "report")):
        found = _get(place, "findings")
        if isinstance(found, list):
            return found
    return None


def _of_sarif(runs: Iterable[Any]) -> Iterable[str]:
    for run in runs:
        for result in _get(run, "results") or ():
            prints = _get(result, "partialFingerprints") or {}
            yield from (value for value in prints.values() if isinstance(value, str))


def _get(place: Any, key: str) -> Any:
    return place.get(key) if isinstance(place, dict) else None


def _checked(name: str, version: object, fingerprints: object) -> frozenset[str]:
    if version != SCHEMA_VERSION:
        _refuse(name, f"has schema_version {version!r}, and {SCHEMA_VERSION} is what can be read here")
    if not isinstance(fingerprints, list) or not all(isinstance(each, str) and each for each in fingerprints):
        _refuse(name, "holds something that is not a fingerprint")
    return frozenset(fingerprints)


def _refuse(name: str, fault: str) -> NoReturn:
    raise UserError(f"the baseline {name!r} {fault}", code="baseline", hint=WANTED)
