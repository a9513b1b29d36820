"""Failures of Anthropic's API, by status, by type and by error code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.models.info import ModelInfo
from .api_key import ApiKey
from .http_failures import kind_of, named, quoted, retry_after

KINDS = {
    "invalid_request_error": ErrorKind.INVALID_REQUEST,
    "authentication_error": ErrorKind.AUTHENTICATION,
    "billing_error": ErrorKind.QUOTA,
    "permission_error": ErrorKind.PERMISSION,
    "not_found_error": ErrorKind.NOT_FOUND,
    "conflict_error": ErrorKind.CONFLICT,
    "request_too_large": ErrorKind.CONTEXT_TOO_LONG,
    "rate_limit_error": ErrorKind.RATE_LIMIT,
    "api_error": ErrorKind.SERVER,
    "timeout_error": ErrorKind.TIMEOUT,
    "overloaded_error": ErrorKind.OVERLOADED,
}
# Spending limits come as 429, but waiting a minute does not lift them.
SPENT = {
    "contract_spend_limit_reached",
    "enforced_spend_limit_reached",
    "linked_organization_spend_limit_reached",
    "ramp_limit_exceeded",
}
HINTS = {
    ErrorKind.RATE_LIMIT: "wait, send less at once, or name a fallback model",
    ErrorKind.TIMEOUT: "run it again, or allow more time",
    ErrorKind.CONNECTION: "check the network and the base URL",
    ErrorKind.OVERLOADED: "wait, or name a fallback model",
    ErrorKind.SERVER: "wait, or name a fallback model",
    ErrorKind.CONFLICT: "run it again",
    ErrorKind.AUTHENTICATION: "check the key",
    ErrorKind.PERMISSION: "the key may not use this model: use another key or another model",
    ErrorKind.QUOTA: "check credit and spending limits of the account",
    ErrorKind.NOT_FOUND: "choose a model that exists, see muster models list",
    ErrorKind.CONTEXT_TOO_LONG: "send less, or choose a model with a larger window",
    ErrorKind.INVALID_REQUEST: "see what the server says; a prompt that is too long is refused like this too",
}


def failure_of_status(
    info: ModelInfo, status: int, body: object, headers: Mapping[str, str], key: ApiKey
) -> ModelFailure:
    """What an answer with an HTTP status of 400 and more means; `key` is kept out of it."""
    error = _error(body)
    code = _code(error)
    kind = ErrorKind.QUOTA if code in SPENT else kind_of(status)
    said = quoted(str(error.get("message") or ""), key.value)
    return ModelFailure(
        f"{info.name} refused the call with status {status}" + (f": {said}" if said else ""),
        kind=kind,
        retry_after=retry_after(headers),
        details={"model": info.name, "status": status, **_names(error, key.value)},
        hint=key.hint if kind is ErrorKind.AUTHENTICATION else HINTS.get(kind, ""),
    )


def failure_in_stream(info: ModelInfo, error: Mapping[str, Any], secret: str = "") -> ModelFailure:
    """What an error in the midst of an answer means: it has a type instead of a status.

    `secret` is the key, kept out of it.
    """
    kind = ErrorKind.QUOTA if _code(error) in SPENT else KINDS.get(str(error.get("type")), ErrorKind.SERVER)
    said = quoted(str(error.get("message") or ""), secret)
    names = _names(error, secret)
    return ModelFailure(
        f"{info.name} broke off with {names['type']}" + (f": {said}" if said else ""),
        kind=kind,
        details={"model": info.name, "type": names["type"]},
        hint=HINTS.get(kind, ""),
    )


def failure_of_connection(
    info: ModelInfo, kind: ErrorKind, what: str, *, hint: str = "", sent: bool = True
) -> ModelFailure:
    """A call that ended without an answer, or in the midst of one; `sent` is false where it did not even begin."""
    details = {"model": info.name, **({} if sent else {"sent": False})}
    hint = hint or HINTS.get(kind, "run it again")
    return ModelFailure(f"{info.name} {what}", kind=kind, details=details, hint=hint)


def _error(body: object) -> Mapping[str, Any]:
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _code(error: Mapping[str, Any]) -> str | None:
    details = error.get("details")
    code = details.get("error_code") if isinstance(details, dict) else None
    return code if isinstance(code, str) else None


def _names(error: Mapping[str, Any], secret: str) -> dict[str, str | None]:
    return {"type": named(error.get("type"), secret), "error_code": named(_code(error), secret)}
