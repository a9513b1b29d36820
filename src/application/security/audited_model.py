"""A model of which the audit log tells that it was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import replace

from ...domain.models.attempt import Attempt
from ...domain.models.exchange import CallContext, ModelEvent, ModelRequest
from ...domain.models.info import ModelInfo
from ...domain.ports.language_model import LanguageModel
from ...domain.security.audit_event import AuditEventType
from .audit_trail import AuditTrail

MARKS = ("[****", "[REDACTED-")
"""What stands in the place of a secret, or of personal data."""
REDACTED: ContextVar[bool] = ContextVar("redacted", default=False)
"""Whether something was taken out of the request that is under way."""


class AuditedModel(LanguageModel):
    """Tells of each attempt who asked which model, what it took, and whether text was redacted; never the text.

    Nobody waits for it; when an earlier event could not be kept, the next request is refused.
    """

    def __init__(self, inner: LanguageModel, trail: AuditTrail) -> None:
        self._inner = inner
        self._trail = trail

    @property
    def info(self) -> ModelInfo:
        """That of the model inside."""
        return self._inner.info

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The answer of the model inside; raises StorageError for an event that is lost."""
        self._trail.check()
        REDACTED.set(any(mark in message.content for message in request.messages for mark in MARKS))
        context = request.context

        def heard(attempt: Attempt) -> None:
            context.heard(attempt)
            self._tell(context, attempt)

        return self._inner.stream(replace(request, context=replace(context, heard=heard)))

    def _tell(self, context: CallContext, attempt: Attempt) -> None:
        self._trail.note(
            AuditEventType.MODEL_REQUEST,
            attempt.model,
            actor=context.agent,
            run=context.run_id,
            provider=attempt.provider,
            outcome="ok" if attempt.error is None else attempt.error.value,
            tokens_in=attempt.usage.total - attempt.usage.output,
            tokens_out=attempt.usage.output,
            usd=None if attempt.cost is None else float(attempt.cost),
            redacted=REDACTED.get(),
        )
