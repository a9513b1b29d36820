"""What a scripted provider answers besides model calls: its models, their windows, counted tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .provider_http import Received
from .provider_wire_chat import CREATED
from .provider_wire_common import Json


@dataclass(slots=True)
class Lookups:
    """Facts that a test sets and the lookup paths tell; `extra` goes into every entry of /v1/models."""

    models: list[str] = field(default_factory=lambda: ["test-model"])
    counted: int = 42
    context_length: int = 8192
    capabilities: list[str] = field(default_factory=lambda: ["completion", "tools"])
    version: str = "0.12.3"
    owner: str = "tests"
    extra: Json = field(default_factory=dict)

    def answer(self, request: Received) -> tuple[int, Json]:
        """The status and body of a lookup; 404 for a path that is none."""
        answers: dict[tuple[str, str], Callable[[Received], Json]] = {
            ("POST", "/v1/messages/count_tokens"): lambda _: {"input_tokens": self.counted},
            ("GET", "/v1/models"): self._list,
            ("GET", "/api/tags"): self._tags,
            ("GET", "/api/version"): lambda _: {"version": self.version},
            ("POST", "/api/show"): self._show,
            ("GET", "/props"): self._props,
        }
        told = answers.get((request.method, request.path))
        return (200, told(request)) if told else (404, {"error": "not found"})

    def _list(self, request: Received) -> Json:
        if "anthropic-version" in request.headers:
            shared: Json = {"type": "model", "created_at": "2026-01-02T00:00:00Z", "lifecycle": "active"}
            entries = [{"id": name, "display_name": name, **shared, **self.extra} for name in self.models]
            return {"data": entries, "has_more": False, "first_id": None, "last_id": None}
        facts: Json = {"object": "model", "created": CREATED, "owned_by": self.owner, **self.extra}
        return {"object": "list", "data": [{"id": name, **facts} for name in self.models]}

    def _tags(self, request: Received) -> Json:
        details = {"family": "llama", "parameter_size": "8B", "quantization_level": "Q4_K_M"}
        return {
            "models": [
                {"name": name, "model": name, "size": 4_000_000_000, "details": details}
                for name in self.models
            ]
        }

    def _show(self, request: Received) -> Json:
        return {
            "details": {"family": "llama", "parameter_size": "8B"},
            "model_info": {
                "general.architecture": "llama",
                "llama.context_length": self.context_length,
            },
            "capabilities": self.capabilities,
        }

    def _props(self, request: Received) -> Json:
        return {
            "default_generation_settings": {"n_ctx": self.context_length},
            "total_slots": 1,
            "model_path": f"/models/{self.models[0]}.gguf",
        }
