"""Every error that Muster raises on purpose.

    MusterError
    ├── UserError               what was asked for cannot be done as asked        exit code 2
    │   ├── InvalidTask         the task is empty or not text (also a ValueError)
    │   ├── InvalidKey          a key of memory that holds what may not be kept (also a ValueError)
    │   ├── UnknownName         an agent, pattern, gate, run, … that does not exist
    │   ├── BudgetExceeded      what was planned, or is about to be called, would cost more than is allowed
    │   ├── RunBusy             another process is at work on the run
    │   ├── LockHeld            somebody else is editing
    │   ├── EditConflict        a file was changed by somebody else meanwhile                 exit code 2
    │   ├── AccessDenied        somebody may not read or change an entry of memory
    │   └── WorkspaceError      the folder is missing, not a folder, or not readable
    │       └── UnsafePath      a path that leads out of its folder (also a SecurityViolation and a ValueError)
    ├── ConfigurationError      a setting or a configuration file is wrong        exit code 4
    ├── ProviderError           a language model could not answer                 exit code 3
    │   └── ModelFailure        … and says of which kind the failure is
    ├── EvidenceUnavailable     a tool is missing, crashed, timed out, or printed nonsense
    ├── SecurityViolation       what was asked for would break a rule of security; nothing was done    exit code 3
    │   └── KeyUnavailable      what is encrypted cannot be read or written without its key    exit code 4
    └── StorageError            a store or journal could not be read or written   exit code 3
        └── Fenced              the run has gone over to another driver; nothing more of it is written here

Control-flow signals (a run that was cancelled) are not errors and do not live here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from enum import StrEnum

MOST_CLOSE, MOST_LISTED, MOST_KEPT = 5, 10, 50


def closest(name: str, known: Iterable[str]) -> list[str]:
    """The known names that `name` may be a slip of the pen for, the nearest first; case does not matter."""
    spelt = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), spelt, n=MOST_CLOSE, cutoff=0.5)
    return [spelt[each] for each in near]


class MusterError(Exception):
    """What happened, to which thing, and what to do about it."""

    default_code = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        details: Mapping[str, object] | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.details = dict(details or {})
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UserError(MusterError):
    """What was asked for cannot be done as asked; the hint says how to ask."""

    default_code = "usage"


class InvalidTask(UserError, ValueError):
    """The task is not a sentence that can be worked on."""

    default_code = "invalid-task"


class InvalidKey(UserError, ValueError):
    """A key of memory that holds personal data or a secret, or that is no name."""

    default_code = "invalid-key"


class UnknownName(UserError):
    """A name that nothing answers to; names the nearest ones that exist."""

    default_code = "unknown-name"

    @classmethod
    def of(cls, kind: str, name: str, known: Iterable[str], otherwise: str = "") -> UnknownName:
        """Build the error for `name`, a `kind` ("agent", "pattern", …), with the closest known names.

        When none is close, the hint is `otherwise`, or else the first known names. Of more than a screenful of
        names only those that the hint tells are kept in the details.
        """
        names = sorted(set(known))
        close = closest(name, names)
        told = close or names[:MOST_LISTED]
        more = f" and {len(names) - len(told)} more" if len(names) > len(told) else ""
        listed = otherwise or f"known: {', '.join(told) or 'none'}{more}"
        hint = f"did you mean {', '.join(close)}?" if close else listed
        kept = names if len(names) <= MOST_KEPT else told
        return cls(f"unknown {kind} {name!r}", details={"kind": kind, "name": name, "known": kept}, hint=hint)


class BudgetExceeded(UserError):
    """More would be spent than is allowed; says what the refused would have cost, and it was not spent."""

    default_code = "budget"


class AccessDenied(UserError):
    """Somebody may not read or change an entry; says who, and what they would need."""

    default_code = "access-denied"


class WorkspaceError(UserError):
    """The folder to work on is missing, is not a folder, or cannot be read."""

    default_code = "workspace"


class RunBusy(UserError):
    """Another process is at work on the run; names it."""

    default_code = "run-busy"


class LockHeld(UserError):
    """Somebody else holds the lock; says who, and until when."""

    default_code = "lock-held"


class EditConflict(UserError):
    """Files were changed by somebody else since they were read; they are left alone, and named in the details."""

    default_code = "edit-conflict"


class ConfigurationError(MusterError):
    """A setting or a configuration file is wrong; names the file, the key and the value."""

    default_code = "configuration"


class ProviderError(MusterError):
    """A language model could not answer; names provider and model."""

    default_code = "provider"


class ErrorKind(StrEnum):
    """Why a call of a language model gave no answer; decided by exception type and status, never by words.

    `rate_limit` is the provider's, `our_limit` the one that is kept on our side; `lost` is a call whose process
    ended while it was under way.
    """

    RATE_LIMIT = "rate_limit"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    OVERLOADED = "overloaded"
    SERVER = "server"
    CONFLICT = "conflict"
    INCOMPLETE = "incomplete"
    BAD_ANSWER = "bad_answer"
    AUTHENTICATION = "authentication"
    PERMISSION = "permission"
    QUOTA = "quota"
    NOT_FOUND = "not_found"
    INVALID_REQUEST = "invalid_request"
    CONTEXT_TOO_LONG = "context_too_long"
    REFUSED = "refused"
    CIRCUIT_OPEN = "circuit_open"
    OUR_LIMIT = "our_limit"
    BUDGET = "budget"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"
    LOST = "lost"
    UNKNOWN = "unknown"

    @property
    def passing(self) -> bool:
        """Whether the same call may go well a little later."""
        return self in PASSING


PASSING = frozenset(
    {
        ErrorKind.RATE_LIMIT,
        ErrorKind.TIMEOUT,
        ErrorKind.CONNECTION,
        ErrorKind.OVERLOADED,
        ErrorKind.SERVER,
        ErrorKind.CONFLICT,
        ErrorKind.INCOMPLETE,
        ErrorKind.BAD_ANSWER,
    }
)


class ModelFailure(ProviderError):
    """One call failed, or all that were tried; `retry_after` is what the server asked for, in seconds."""

    default_code = "model-failure"

    def __init__(
        self,
        message: str,
        *,
        kind: ErrorKind,
        retry_after: float | None = None,
        code: str | None = None,
        details: Mapping[str, object] | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message, code=code or kind.value.replace("_", "-"), details=details, hint=hint)
        self.kind = kind
        self.retry_after = retry_after


class EvidenceUnavailable(MusterError):
    """A tool gave no evidence; its category is unmeasured, which is never a number."""

    default_code = "evidence-unavailable"


class SecurityViolation(MusterError):
    """What was asked for would break a rule of security; it was not done."""

    default_code = "security"


class UnsafePath(WorkspaceError, SecurityViolation, ValueError):
    """A path that leads out of its folder, or is none; nothing was read there, and nothing written."""

    default_code = "unsafe-path"


class KeyUnavailable(SecurityViolation):
    """What is encrypted cannot be read or written without its key; names the key and where it is looked for."""

    default_code = "key-unavailable"


class StorageError(MusterError):
    """A store or a journal could not be read or written; what was there before is whole."""

    default_code = "storage"


class Fenced(StorageError):
    """The run has gone over to another driver; what this one still wanted to write is not written."""

    default_code = "fenced"
