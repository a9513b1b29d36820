"""The providers that are known, and what the documents say about them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

from muster.infrastructure.config.model_settings import BudgetSettings, Kind, ProviderSettings
from muster.infrastructure.config.settings import USERS_OWN, Settings
from muster.infrastructure.llm.providers import BUILT_IN

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "models.md").read_text("utf-8")
ROW = re.compile(r"^\| `([^`]+)` \| (\S+) \| (.+) \|$", re.MULTILINE)


def test_the_documents_tell_of_every_provider() -> None:
    """Its name, the variable with its key, and its address."""
    told = {name: (key.strip("`"), address.strip("`")) for name, key, address in ROW.findall(PAGE)}

    assert told.keys() == BUILT_IN.keys()
    for name, provider in BUILT_IN.items():
        key, address = told[name]
        assert key == (provider.key_env or "none")
        assert address == provider.url or provider.url is None


def test_the_settings_in_the_documents_are_settings() -> None:
    """As they stand there; every setting of the user's own about models, and every key of a table, is in them."""
    (example,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    written = tomllib.loads(example)

    settings = Settings.model_validate(written)

    assert settings.providers["house"].local is False
    assert set(written) >= USERS_OWN - {"data_dir", "user", "memory"}
    assert written["budget"].keys() == BudgetSettings.model_fields.keys()
    assert written["providers"]["house"].keys() == ProviderSettings.model_fields.keys()


def test_the_documents_tell_every_key_of_a_provider() -> None:
    """And every wire format."""
    keys = PAGE[PAGE.index("| key of a provider |") :].partition("\n\n")[0]

    assert {name for name in ProviderSettings.model_fields if f"`{name}`" not in keys} == set()
    assert {kind for kind in get_args(Kind) if f"`{kind}`" not in keys} == set()
