"""What can be set, between which bounds, and what holds when nothing is."""

from __future__ import annotations

import difflib
import math
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict

from ...domain.evidence.severity import Severity
from ...domain.models.tier import ModelTier
from ...domain.orchestration.gates import KINDS
from ...domain.security.scrubbed import PersonalDataPolicy, PrivacyPolicy
from .model_settings import MODEL, BudgetSettings, ProviderSettings, known_models


def _user_folder(env: Mapping[str, str], platform: str, xdg: str, unix: str, mac: str, windows: str) -> Path:
    home = Path(env.get("HOME") or env.get("USERPROFILE") or Path.home())
    named = env.get(xdg, "")
    if Path(named).is_absolute():  # the XDG specification has relative ones ignored
        return Path(named) / "muster"
    if platform == "win32":
        return Path(env.get(windows) or home / "AppData" / "Roaming") / "muster"
    return home / (mac if platform == "darwin" else unix) / "muster"


def default_data_dir(env: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Where runs and memory are kept for this user."""
    mac = "Library/Application Support"
    return _user_folder(env, platform, "XDG_DATA_HOME", ".local/share", mac, "LOCALAPPDATA")


def user_file(env: Mapping[str, str], platform: str = sys.platform) -> Path:
    """The user's own settings, whatever the project."""
    mac = "Library/Application Support"
    return _user_folder(env, platform, "XDG_CONFIG_HOME", ".config", mac, "APPDATA") / "muster.toml"


def _known_gates(gates: Mapping[str, float]) -> Mapping[str, float]:
    for name, threshold in gates.items():
        if name not in KINDS:
            close = difflib.get_close_matches(name, KINDS, n=1) or sorted(KINDS)
            raise ValueError(f"there is no gate {name!r}; known: {', '.join(close)}")
        if not 0 <= threshold < math.inf:
            raise ValueError(f"gate {name!r} needs a number from 0 up, not {threshold}")
    return gates


def _listed(value: object) -> object:
    """A comma-separated text, as the environment has it, is a list; a blank pattern would exclude nothing."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        return value
    return tuple(part.strip() for part in parts if part.strip())


class Settings(BaseModel):
    """Each description says what the setting takes, and is what an error about it answers with."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    data_dir: Path = Field(
        default_factory=lambda: default_data_dir(os.environ),
        description="a folder for runs and memory, which a project cannot set",
    )
    user: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="who owns what is remembered, by default whoever is logged in; not for a project",
    )
    memory: Literal["sqlite", "json"] = Field(
        "sqlite",
        description="sqlite or json: what is remembered for good in one file, or in a folder of files that people can "
        "read; not for a project",
    )
    embedder: Path | None = Field(
        None,
        description="a folder with model.onnx and tokenizer.json, by which memory is searched by meaning as well; "
        "it takes muster-agents[embeddings]; not for a project",
    )
    agents_dir: Path | None = Field(None, description="a folder of YAML files with agents of your own")
    workflows_dir: Path | None = Field(None, description="a folder of YAML files with workflows of your own")
    model: str = Field(
        "offline/evidence",
        pattern=rf"^{MODEL.pattern}$",
        description="provider/model, or a provider, which then chooses by tier; a project cannot set it",
    )
    tiers: Mapping[ModelTier, Annotated[str, Field(pattern=rf"^{MODEL.pattern}$")]] = Field(
        default_factory=dict,
        description='a table of tiers with a model each, e.g. premium = "anthropic/claude-opus-5-5", '
        "which a project cannot set",
    )
    fallback: Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(known_models)] = Field(
        (), description="a list of models or providers that are asked when the model fails; not for a project"
    )
    providers: Mapping[str, ProviderSettings] = Field(
        default_factory=dict,
        description='a table of providers, e.g. providers.vllm = {kind = "compatible", '
        'url = "http://127.0.0.1:8000/v1"}, which a project cannot set',
    )
    models_file: Path | None = Field(
        None, description="a YAML file of models, prices and tiers of your own, which a project cannot set"
    )
    budget: BudgetSettings = Field(
        default_factory=BudgetSettings,
        description="a table of what a run may spend: usd, calls, tokens, seconds; not for a project",
    )
    retries: Annotated[int, Strict()] = Field(
        3,
        ge=0,
        le=10,
        description="a whole number from 0 to 10: how often a failed call is tried again; not for a project",
    )
    privacy: PrivacyPolicy = Field(
        PrivacyPolicy.REDACT,
        description="allow, redact or block: secrets in prompts to other machines; not for a project",
    )
    personal_data: PersonalDataPolicy = Field(
        PersonalDataPolicy.ALLOW,
        description="allow, hide or block: personal data in prompts to other machines; not for a project",
    )
    response_cache: Annotated[bool, Strict()] = Field(
        default=False,
        description="true or false: whether equal questions are answered from a cache; not for a project",
    )
    redis_url: str | None = Field(
        None,
        pattern=r"^rediss?://\S+$",
        description="redis://host:port/number, for limits and caches that several machines share; "
        "not for a project",
    )
    max_concurrency: Annotated[int, Strict()] = Field(
        4, ge=1, le=64, description="a whole number from 1 to 64"
    )
    tool_seconds: Annotated[float, Strict()] = Field(
        120.0, gt=0, le=86_400, allow_inf_nan=False, description="seconds above 0, at most 86400"
    )
    tool_memory_mb: Annotated[int, Strict()] = Field(
        1024, ge=64, le=1_048_576, description="a whole number of megabytes, at least 64"
    )
    gates: Annotated[Mapping[str, Annotated[float, Strict()]], AfterValidator(_known_gates)] = Field(
        default_factory=dict, description="a table of gate names and numbers, e.g. high = 0"
    )
    fail_on: Severity | None = Field(None, description=f"one of {', '.join(Severity)}")
    exclude: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        (), description="a list of folders (ending in /) and file patterns, e.g. vendor/ and *.min.js"
    )
    history: Annotated[bool, Strict()] = Field(default=True, description="true or false")
    recall_tokens: Annotated[int, Field(ge=0, le=20_000)] = Field(
        default=800,
        description="a number of tokens, from 0 (nothing is recalled) to 20000; not for a project",
    )


FOLDERS = frozenset({"data_dir", "embedder", "agents_dir", "workflows_dir", "models_file"})
"""Settings that are paths, relative to wherever they are written."""
USERS_OWN = frozenset(
    {"data_dir", "model", "tiers", "fallback", "providers", "models_file", "budget", "recall_tokens", "retries",
     "privacy", "personal_data", "response_cache", "redis_url", "user", "memory", "embedder"}
)  # fmt: skip
"""Settings that decide who is paid, and who is sent what: a project is somebody else's word and has no say."""
CONFIDENTIAL = frozenset({"providers", "redis_url", "models_file"})
"""Settings in which a key or a password may stand by mistake: what is written there is never repeated."""
