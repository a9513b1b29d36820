"""A whole run as lines of JSON, to be carried from one journal to another or looked at with other tools."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ...domain.errors import UserError
from ...domain.journal.opened import RunDump
from ...domain.journal.record import Record, Signal
from ...domain.orchestration.run import RunRecord

FORMAT, VERSION = "muster-run", 1
RUN, RECORD, SIGNAL = TypeAdapter(RunRecord), TypeAdapter(Record), TypeAdapter(Signal)

T = TypeVar("T")


def lines_of(dump: RunDump) -> Iterator[str]:
    """Lines without their ends: format and version, the run, its records, its signals; the last proves the rest."""
    proof = hashlib.sha256()
    for content in _contents(dump):
        line = json.dumps(content, separators=(",", ":"))
        proof.update(line.encode() + b"\n")
        yield line
    end = {"records": len(dump.records), "signals": len(dump.signals), "sha256": proof.hexdigest()}
    yield json.dumps({"end": end}, separators=(",", ":"))


def dump_of(lines: Iterable[str]) -> RunDump:
    """The run that was written so; raises UserError that names the first line at which something is wrong."""
    return _Reader().read(lines)


def _contents(dump: RunDump) -> Iterator[dict[str, Any]]:
    yield {"format": FORMAT, "version": VERSION}
    yield {"run": RUN.dump_python(dump.run, mode="json")}
    for record in dump.records:
        yield {"record": RECORD.dump_python(record, mode="json")}
    for signal in dump.signals:
        yield {"signal": SIGNAL.dump_python(signal, mode="json")}


class _Reader:
    """Takes one line after another; knows what has to come next."""

    def __init__(self) -> None:
        self._proof = hashlib.sha256()
        self._run: RunRecord | None = None
        self._records: list[Record] = []
        self._signals: list[Signal] = []

    def read(self, lines: Iterable[str]) -> RunDump:
        """All of them."""
        number, ended = 0, False
        for number, line in enumerate((line.rstrip("\r\n") for line in lines), 1):
            if ended:
                if line:
                    raise _wrong(number, "comes after the end")
                continue
            content = _object(number, line)
            ended = "end" in content
            if ended:
                self._check(number, content["end"])
            else:
                self._take_in(number, content)
                self._proof.update(line.encode("utf-8", "surrogatepass") + b"\n")
        if not ended or self._run is None:
            raise _wrong(number + 1, "is missing: the file was cut off")
        return RunDump(self._run, tuple(self._records), tuple(self._signals))

    def _take_in(self, number: int, content: dict[str, Any]) -> None:
        if number == 1:
            _check_format(content)
        elif number == 2:
            self._run = _valid(number, RUN, content, "run")
        elif "record" in content and not self._signals:
            record = _valid(number, RECORD, content, "record")
            if self._records and record.number <= self._records[-1].number:
                raise _wrong(
                    number, f"holds record {record.number}, which does not come after the one before"
                )
            self._records.append(record)
        else:
            signal = _valid(number, SIGNAL, content, "signal")
            if self._signals and signal.number <= self._signals[-1].number:
                raise _wrong(
                    number, f"holds signal {signal.number}, which does not come after the one before"
                )
            self._signals.append(signal)

    def _check(self, number: int, end: object) -> None:
        found = {
            "records": len(self._records),
            "signals": len(self._signals),
            "sha256": self._proof.hexdigest(),
        }
        if end != found:
            raise _wrong(number, "does not fit the lines before it: some are missing, or were changed")


def _object(number: int, line: str) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _wrong(number, "is not JSON") from error
    if not isinstance(content, dict):
        raise _wrong(number, "is not a JSON object")
    return content


def _check_format(content: dict[str, Any]) -> None:
    if content.get("format") != FORMAT:
        raise _wrong(1, f"does not say that this is a {FORMAT} file")
    version = content.get("version")
    if not isinstance(version, int) or version > VERSION or version < 1:
        raise UserError(
            f"the run was exported in version {version!r} of the format, and this Muster reads up to {VERSION}",
            code="run-file",
            details={"line": 1, "version": version},
            hint="update Muster",
        )


def _valid(number: int, adapter: TypeAdapter[T], content: dict[str, Any], name: str) -> T:
    if list(content) != [name]:
        raise _wrong(number, f"should hold a {name}")
    try:
        return adapter.validate_python(content[name])
    except (ValidationError, RecursionError) as error:
        raise _wrong(number, f"holds no sound {name}", str(error)) from error


def _wrong(number: int, what: str, cause: str = "") -> UserError:
    return UserError(
        f"line {number} of the run {what}",
        code="run-file",
        details={"line": number, "cause": cause},
        hint="export the run again",
    )
