"""What a refusal by an OpenAI-compatible server means: kind, wait and hint, by status and error code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.models.info import ModelInfo
from .http_failures import kind_of, retry_after

# Error codes (or types, where a server has no codes) say more than the status that they come with.
CODES = {
    "context_length_exceeded": ErrorKind.CONTEXT_TOO_LONG,
    "exceed_context_size_error": ErrorKind.CONTEXT_TOO_LONG,
    "string_above_max_length": ErrorKind.CONTEXT_TOO_LONG,
    "insufficient_quota": ErrorKind.QUOTA,
    "billing_hard_limit_reached": ErrorKind.QUOTA,
    "billing_not_active": ErrorKind.QUOTA,
    "invalid_api_key": ErrorKind.AUTHENTICATION,
    "model_not_found": ErrorKind.NOT_FOUND,
    "rate_limit_exceeded": ErrorKind.RATE_LIMIT,
    "content_filter": ErrorKind.REFUSED,
    "content_policy_violation": ErrorKind.REFUSED,
    "invalid_prompt": ErrorKind.REFUSED,
    "bio_policy": ErrorKind.REFUSED,
    "misalignment_policy_violation": ErrorKind.REFUSED,
}
SAID = {
    ErrorKind.RATE_LIMIT: "is rate limited",
    ErrorKind.TIMEOUT: "did not answer in time",
    ErrorKind.CONNECTION: "could not be reached",
    ErrorKind.OVERLOADED: "is overloaded",
    ErrorKind.SERVER: "failed on its side",
    ErrorKind.CONFLICT: "refused because of a conflict",
    ErrorKind.INCOMPLETE: "broke off before the end of its answer",
    ErrorKind.BAD_ANSWER: "gave an answer that cannot be read",
    ErrorKind.AUTHENTICATION: "needs a valid key",
    ErrorKind.PERMISSION: "does not allow this key to use the model",
    ErrorKind.QUOTA: "says that the account has no credit left",
    ErrorKind.NOT_FOUND: "does not know the model",
    ErrorKind.INVALID_REQUEST: "did not accept the request",
    ErrorKind.CONTEXT_TOO_LONG: "was sent more than its window holds",
    ErrorKind.REFUSED: "refused the request by its policy",
}
HINTS = {
    ErrorKind.RATE_LIMIT: "wait, or set a rate limit for the provider",
    ErrorKind.TIMEOUT: "try again, or allow it more time",
    ErrorKind.CONNECTION: "check the network, and that a server listens at the provider's base URL",
    ErrorKind.OVERLOADED: "try again later, or configure a fallback",
    ErrorKind.SERVER: "try again later, or configure a fallback",
    ErrorKind.CONFLICT: "try again",
    ErrorKind.INCOMPLETE: "try again",
    ErrorKind.BAD_ANSWER: "try again, and check that the base URL is that of the API",
    ErrorKind.PERMISSION: "use a key of a project that may use the model, or choose another model",
    ErrorKind.QUOTA: "add credit to the account, or choose another provider",
    ErrorKind.NOT_FOUND: "see `muster models list`, and check the base URL",
    ErrorKind.INVALID_REQUEST: "see what the provider says about the request",
    ErrorKind.CONTEXT_TOO_LONG: "shorten or compress the input, or choose a model with a larger window",
    ErrorKind.REFUSED: "change the request",
    ErrorKind.UNKNOWN: "check the base URL of the provider",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a server said instead of an answer; `codes` are its error code and type, the code first."""

    status: int = 0
    codes: tuple[str, ...] = ()
    message: str = ""
    retry_after: float | None = None

    @property
    def kind(self) -> ErrorKind:
        """The kind of failure: by code where it is known, else by status."""
        for code in self.codes:
            if code in CODES:
                return CODES[code]
        return kind_of(self.status) if self.status else ErrorKind.SERVER


def model_failure(
    info: ModelInfo,
    kind: ErrorKind,
    said: str = "",
    *,
    hint: str = "",
    status: int = 0,
    retry_after: float | None = None,
    sent: bool = True,
) -> ModelFailure:
    """The error of one call of the model; `said` follows what its kind tells about it.

    `sent` is false where nothing can have reached the provider; the details say so.
    """
    message = f"{info.name!r} {SAID.get(kind, 'could not be called')}"
    if status:
        message += f" (status {status})"
    details: dict[str, object] = {"provider": info.provider, "model": info.id}
    details |= ({"status": status} if status else {}) | ({} if sent else {"sent": False})
    return ModelFailure(
        f"{message}: {said}" if said else message,
        kind=kind,
        retry_after=retry_after,
        details=details,
        hint=hint or HINTS.get(kind, ""),
    )


def misshapen(info: ModelInfo) -> ModelFailure:
    """The error for an answer that is JSON, and not of the shape that the format prescribes."""
    return model_failure(info, ErrorKind.BAD_ANSWER, "it is not of the shape that the API prescribes")


def refusal_of(body: object, status: int = 0, headers: Mapping[str, str] | None = None) -> Refusal:
    """Read an error object, as it is or in `error`; one of another shape says nothing."""
    error = body.get("error", body) if isinstance(body, Mapping) else None
    said = error if isinstance(error, Mapping) else {}
    code = said.get("code")
    if isinstance(code, int) and not status:  # inside a stream some servers write the status here
        status = code
    codes = tuple(text for text in (code, said.get("type")) if isinstance(text, str))
    message = error if isinstance(error, str) else said.get("message")
    wait = None if headers is None else retry_after(headers)
    return Refusal(status, codes, message if isinstance(message, str) else "", wait)
