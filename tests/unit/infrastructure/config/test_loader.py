"""Where settings come from, which of them wins, and what is said about mistakes."""

import os
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.errors import ConfigurationError
from muster.domain.evidence.severity import Severity
from muster.domain.models.tier import ModelTier
from muster.domain.security.scrubbed import PersonalDataPolicy, PrivacyPolicy
from muster.infrastructure.config.loader import LoadedSettings, load_settings
from muster.infrastructure.config.settings import Settings, default_data_dir, user_file

TRAPS: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a folder": Path.mkdir,
    "too long": lambda path: path.write_bytes(b"#" * 2 * 1024 * 1024),
    "a link outside": lambda path: path.symlink_to(Path(__file__)),
}
LEVELS = ("flag", "environment", "project", "user")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user without settings."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project without settings."""
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def load(
    root: Path,
    home: Path,
    flags: Mapping[str, object] | None = None,
    env: Mapping[str, str] | None = None,
) -> LoadedSettings:
    """Settings for `root`, for a user whose home is `home`."""
    return load_settings(
        root, flags or {}, {"XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home), **(env or {})}
    )


def write_user(home: Path, text: str) -> Path:
    """The user's file."""
    path = home / "muster" / "muster.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_without_any_setting_the_defaults_hold(root: Path, home: Path) -> None:
    """Each of them says so."""
    loaded = load(root, home)
    assert loaded.values.model_dump() == {
        "data_dir": home / "muster",
        "user": None,
        "memory": "sqlite",
        "embedder": None,
        "agents_dir": None,
        "workflows_dir": None,
        "model": "offline/evidence",
        "exclude": (),
        "max_concurrency": 4,
        "tool_seconds": 120.0,
        "tool_memory_mb": 1024,
        "gates": {},
        "fail_on": None,
        "history": True,
        "tiers": {},
        "fallback": (),
        "providers": {},
        "models_file": None,
        "budget": {"usd": None, "calls": None, "tokens": None, "seconds": None, "allow_unpriced": False},
        "retries": 3,
        "privacy": PrivacyPolicy.REDACT,
        "personal_data": PersonalDataPolicy.ALLOW,
        "recall_tokens": 800,
        "response_cache": False,
        "redis_url": None,
    }
    assert set(loaded.origins.values()) == {"default"}
    assert loaded.origins.keys() == Settings.model_fields.keys()


@given(given_at=st.sets(st.sampled_from(LEVELS)))
def test_the_nearest_place_wins(tmp_path_factory: pytest.TempPathFactory, given_at: set[str]) -> None:
    """Flag, environment, project, user, default: any set of them."""
    base = tmp_path_factory.mktemp("places")
    root, home = base / "project", base / "home"
    root.mkdir()
    home.mkdir()
    if "project" in given_at:
        (root / "muster.toml").write_text("max_concurrency = 13")
    if "user" in given_at:
        write_user(home, "max_concurrency = 14")
    flags = {"max_concurrency": 11} if "flag" in given_at else {"max_concurrency": None}
    env = {"MUSTER_MAX_CONCURRENCY": "12"} if "environment" in given_at else {}
    loaded = load(root, home, flags, env)
    winner = next((level for level in LEVELS if level in given_at), "default")
    value, origin = {
        "flag": (11, "flag"),
        "environment": (12, "environment MUSTER_MAX_CONCURRENCY"),
        "project": (13, "muster.toml"),
        "user": (14, str(home / "muster" / "muster.toml")),
        "default": (4, "default"),
    }[winner]
    assert (loaded.values.max_concurrency, loaded.origins["max_concurrency"]) == (value, origin)


def test_pyproject_is_read_where_there_is_no_muster_toml(root: Path, home: Path) -> None:
    """Only its own table."""
    (root / "pyproject.toml").write_text(
        '[project]\nname = "x"\n[tool.muster]\nfail_on = "high"\n[tool.muster.gates]\nhigh = 0\n'
    )
    loaded = load(root, home)
    assert (loaded.values.fail_on, loaded.values.gates) == (Severity.HIGH, {"high": 0.0})
    assert loaded.origins["gates"] == "[tool.muster] in pyproject.toml"


def test_muster_toml_wins_over_pyproject_and_says_so(root: Path, home: Path) -> None:
    """As a whole: one does not fill the gaps of the other."""
    (root / "pyproject.toml").write_text("[tool.muster]\nmax_concurrency = 2\nhistory = false\n")
    (root / "muster.toml").write_text("max_concurrency = 3\n")
    loaded = load(root, home)
    assert (loaded.values.max_concurrency, loaded.values.history) == (3, True)
    assert loaded.origins["max_concurrency"] == "muster.toml ([tool.muster] in pyproject.toml is not used)"


def test_a_pyproject_of_others_is_no_setting(root: Path, home: Path) -> None:
    """Neither with another tool's table nor empty."""
    (root / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert load(root, home).origins["model"] == "default"


def test_environment_variables_become_what_the_setting_takes(root: Path, home: Path) -> None:
    """Numbers, truth, gates, a severity; empty ones are not set."""
    env = {
        "MUSTER_TOOL_SECONDS": "2.5",
        "MUSTER_HISTORY": "No",
        "MUSTER_GATES": "high=0, coverage=80.5",
        "MUSTER_FAIL_ON": "critical",
        "MUSTER_TOOL_MEMORY_MB": " 512 ",
        "MUSTER_MODEL": "",
        "OTHER": "x",
    }
    values = load(root, home, env=env).values
    assert (values.tool_seconds, values.history, values.tool_memory_mb) == (2.5, False, 512)
    assert (values.gates, values.fail_on, values.model) == (
        {"high": 0.0, "coverage": 80.5},
        Severity.CRITICAL,
        "offline/evidence",
    )


def test_folders_are_relative_to_the_file_that_names_them(
    root: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a flag or a variable to where we are; `~` is the user's home."""
    monkeypatch.chdir(home)
    (root / "muster.toml").write_text('agents_dir = "agents"\n')
    write_user(home, 'data_dir = "~/kept"\n')
    values = load(root, home, env={"HOME": str(home)}).values
    assert (values.agents_dir, values.data_dir) == (root / "agents", home / "kept")
    env = {"MUSTER_AGENTS_DIR": "mine"}
    values = load(root, home, {"data_dir": Path()}, env).values
    assert (values.agents_dir, values.data_dir) == (home / "mine", home)


@pytest.mark.parametrize("value", ["'.muster'", "'/kept'", "3"])
@pytest.mark.parametrize(
    ("file", "table"), [("muster.toml", "muster.toml"), ("pyproject.toml", "[tool.muster] in pyproject.toml")]
)
def test_a_project_cannot_say_where_data_are_kept(
    root: Path, home: Path, file: str, table: str, value: str
) -> None:
    """It could bring a cache of its own that says that nothing was found, even when a host says otherwise."""
    head = "[tool.muster]\n" if file == "pyproject.toml" else "\n"
    (root / file).write_text(f"{head}data_dir = {value}\n")
    with pytest.raises(ConfigurationError) as caught:
        load(root, home, {"data_dir": home})
    assert caught.value.message == f"{table}, line 2: data_dir cannot be set by a project"
    for way in ("MUSTER_DATA_DIR", str(home / "muster" / "muster.toml")):
        assert way in caught.value.hint


WHO_IS_PAID = {
    "model": "'openai/gpt-5'", "tiers": "{cheap = 'openai/gpt-5-mini'}", "fallback": "['openai']",
    "providers": "{openai = {url = 'http://127.0.0.1:1/v1'}}", "models_file": "'models.yaml'",
    "budget": "{usd = 100.0}", "privacy": "'allow'", "redis_url": "'redis://127.0.0.1:1/0'",
    "retries": "10", "response_cache": "true",
}  # fmt: skip


@pytest.mark.parametrize(("key", "value"), WHO_IS_PAID.items(), ids=WHO_IS_PAID.keys())
def test_who_is_paid_and_sent_what_is_for_the_user_to_say(
    root: Path, home: Path, key: str, value: str
) -> None:
    """A repository that was only just cloned could send code and keys to an address of its own."""
    (root / "muster.toml").write_text(f"{key} = {value}\n")
    with pytest.raises(ConfigurationError) as caught:
        load(root, home)
    assert caught.value.message == f"muster.toml, line 1: {key} cannot be set by a project"
    (root / "muster.toml").unlink()
    write_user(home, f"{key} = {value}\n")
    assert load(root, home).origins[key] == str(home / "muster" / "muster.toml")


def test_budgets_and_tiers_can_stand_in_the_environment(root: Path, home: Path) -> None:
    """As lists of name and value, each with its own type."""
    env = {
        "MUSTER_BUDGET": "usd=0.50, calls=20,seconds=60",
        "MUSTER_TIERS": "cheap=ollama/llama3.2,premium=anthropic",
        "MUSTER_FALLBACK": "openai, ollama/llama3.2",
    }
    values = load(root, home, env=env).values
    assert (values.budget.usd, values.budget.calls, values.budget.seconds) == (0.5, 20, 60.0)
    assert values.tiers == {ModelTier.CHEAP: "ollama/llama3.2", ModelTier.PREMIUM: "anthropic"}
    assert values.fallback == ("openai", "ollama/llama3.2")


@pytest.mark.parametrize("key", ["agents_dir", "workflows_dir"])
@pytest.mark.parametrize("folder", ["/etc", "..", "a/../../b", "~/agents", "link", "link/deeper", "."])
def test_what_a_project_brings_lies_inside_the_project(root: Path, home: Path, folder: str, key: str) -> None:
    """Its agents and workflows: neither a path nor a link leads out; a variable may."""
    (root / "link").symlink_to(home)
    (root / "muster.toml").write_text(f'{key} = "{folder}"\n')
    if folder == ".":
        assert getattr(load(root, home).values, key) == root
        return
    with pytest.raises(ConfigurationError) as caught:
        load(root, home)
    assert caught.value.message == (
        f"muster.toml, line 1: {key} cannot be {folder!r}: it leads out of the project"
    )
    (root / "muster.toml").unlink()
    values = load(root, home, env={f"MUSTER_{key.upper()}": str(home)}).values
    assert getattr(values, key) == home


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("model = 'a/b'\n\nmax_concurency = 3", "muster.toml, line 3: unknown setting 'max_concurency'",
         "did you mean 'max_concurrency'?"),
        ("max_concurrency = '3'", "muster.toml, line 1: max_concurrency cannot be '3': input should",
         "max_concurrency is a whole number from 1 to 64"),
        ("\nmax_concurrency = 65", "muster.toml, line 2: max_concurrency cannot be 65: input should be",
         "max_concurrency is a whole number from 1 to 64"),
        ("max_concurrency = true", "muster.toml, line 1: max_concurrency cannot be True",
         "max_concurrency is a whole number from 1 to 64"),
        ("history = 1", "muster.toml, line 1: history cannot be 1", "history is true or false"),
        ("tool_seconds = inf", "muster.toml, line 1: tool_seconds cannot be inf", "tool_seconds is seconds"),
        ("fail_on = 'bad'", "muster.toml, line 1: fail_on cannot be 'bad'",
         "fail_on is one of critical, high, medium, low, info"),
        ("[gates]\nhihg = 0", "muster.toml, line 1: gates cannot be {'hihg': 0}: there is no gate 'hihg'",
         "gates is a table of gate names and numbers"),
        ("gates.high = -1", "muster.toml, line 1: gates cannot be {'high': -1}: gate 'high' needs a number",
         "gates is a table"),
        ("gates = {high = 'no'}", "muster.toml, line 1: gates.high cannot be 'no'", "gates is a table"),
        ("model = 'a/b'\nmodel = 'a/b'", "'muster.toml', line 2, is not valid TOML: cannot", "write key"),
        ("model = ", "'muster.toml', line 1, is not valid TOML: invalid value", "write key = value"),
        ("model = 'a/b", "'muster.toml', line 1, is not valid TOML", "write key = value"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_is_one_clear_sentence(
    root: Path, home: Path, text: str, message: str, hint: str
) -> None:
    """File, line, key, value, and what would be right."""
    (root / "muster.toml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load(root, home)
    assert caught.value.message.startswith(message)
    assert caught.value.hint.startswith(hint)
    assert "\n" not in str(caught.value)


PASTED = "sk-" + "or-v1-0123456789abcdef0123"
"""In the form of a key, and nobody's."""
CONFIDED = {
    "[providers.openai]\nkey_env = '{}'": "line 1: providers.openai.key_env is refused: it is the name of a var",
    "[providers.openai]\napi_key = '{}'": "line 1: unknown key 'providers.openai.api_key'",
    "[providers.openai]\nurl = 'ftp://me:{}@127.0.0.1/'": "line 1: providers.openai.url is refused: string should",
    "[providers.openai]\nrequests = '{}'": "line 1: providers.openai.requests is refused: input should be",
    "providers = '{}'": "line 1: providers is refused: input should be a valid dict",
    "redis_url = 'http://:{}@127.0.0.1'": "line 1: redis_url is refused: string should match pattern",
    "models_file = {{api_key = '{}'}}": "line 1: models_file is refused: input is not a valid path",
    "api_key = '{}'": "line 1: unknown setting 'api_key'",
    "privacy = '{}'": "line 1: privacy is refused: input should be",
    "[budget]\napi_key = '{}'": "line 1: unknown key 'budget.api_key'",
}


@pytest.mark.parametrize(("text", "message"), CONFIDED.items(), ids=CONFIDED)
def test_a_mistake_about_providers_repeats_nothing_that_may_be_a_key(
    root: Path, home: Path, text: str, message: str
) -> None:
    """Neither message nor hint nor details nor the trace of it: all of them end up in logs."""
    path = write_user(home, text.format(PASTED))
    with pytest.raises(ConfigurationError) as caught:
        load(root, home)
    assert caught.value.message.startswith(f"{path}, {message}")
    assert caught.value.hint
    said = "".join(traceback.format_exception(caught.value)) + f"{caught.value.hint}{caught.value.details}"
    assert PASTED not in said


def test_a_key_beside_its_provider_is_told_where_keys_belong(root: Path, home: Path) -> None:
    """The first thing that many try."""
    write_user(home, f"[providers.openai]\napi_key = '{PASTED}'")
    with pytest.raises(ConfigurationError) as caught:
        load(root, home)
    assert caught.value.hint.startswith(
        "a key is never written here: name its variable in key_env; known: kind,"
    )


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("OPENAI_API_KEY", True), ("_MINE2", True), ("X" * 64, True), ("X" * 65, False), ("openai_key", False),
        ("MY-KEY", False), ("1KEY", False), ("KEY\n", False), ("ÄKEY", False), ("", False),
        ("AKIA" + "ABCD2345EFGH6789", False), ("0A1B2C3D4E5F" * 3, False), ("A0B1C2D3E4F5G6H7I8J9K0L1", False),
    ],
)  # fmt: skip
def test_key_env_is_the_name_of_a_variable(root: Path, home: Path, name: str, fits: bool) -> None:
    """And no key, however it is written."""
    settings = {"providers": {"openai": {"key_env": name}}}
    if fits:
        assert load(root, home, settings).values.providers["openai"].key_env == name
        return
    with pytest.raises(ConfigurationError) as caught:
        load(root, home, settings)
    assert not name or repr(name) not in str(caught.value)


@pytest.mark.parametrize(("key", "whose"), [("agents_dir", "agents_of"), ("workflows_dir", "workflows_of")])
def test_what_a_project_brings_is_known_as_a_stranger_s(root: Path, home: Path, key: str, whose: str) -> None:
    """Unless somebody nearer or the user names the folder."""
    write_user(home, f"{key} = 'mine'")
    assert getattr(load(root, home), whose) is None
    (root / "muster.toml").write_text(f"{key} = 'brought'")
    assert getattr(load(root, home), whose) == root
    assert {load(root, home).agents_of, load(root, home).workflows_of} == {root, None}
    assert getattr(load(root, home, {key: root / "brought"}), whose) is None
    assert getattr(load(root, home, env={f"MUSTER_{key.upper()}": "brought"}), whose) is None
    (root / "muster.toml").unlink()
    (root / "pyproject.toml").write_text(f"[tool.muster]\n{key} = 'brought'")
    assert getattr(load(root, home), whose) == root


@pytest.mark.parametrize("name", ["muster.toml", "pyproject.toml"])
@pytest.mark.parametrize("trap", TRAPS, ids=TRAPS)
def test_a_project_s_file_that_is_no_plain_file_is_refused(
    root: Path, home: Path, name: str, trap: str
) -> None:
    """A pipe would be waited for without end, a device read without end, a link could lead to anything."""
    TRAPS[trap](root / name)
    with pytest.raises(ConfigurationError) as caught:
        load(root, home)
    assert caught.value.message.startswith(f"{name!r} cannot be read: it is ")
    assert "1024 kB" in caught.value.hint


def test_links_inside_a_project_and_of_the_user_are_followed(root: Path, home: Path) -> None:
    """The user's file often lies among other files of settings; it is as long and as regular as any."""
    (root / "ours.toml").write_text("max_concurrency = 3")
    (root / "muster.toml").symlink_to("ours.toml")
    own = write_user(home, "")
    own.unlink()
    (home / "kept.toml").write_text("history = false")
    own.symlink_to(home / "kept.toml")
    values = load(root, home).values
    assert (values.max_concurrency, values.history) == (3, False)
    own.unlink()
    os.mkfifo(own)
    with pytest.raises(ConfigurationError, match="it is not a regular file"):
        load(root, home)


def test_a_mistake_in_pyproject_has_the_line_of_its_table(root: Path, home: Path) -> None:
    """The same key in another table is not mistaken for it."""
    (root / "pyproject.toml").write_text("[tool.other]\nhistory = 3\n\n[tool.muster]\nhistory = 3\n")
    with pytest.raises(
        ConfigurationError, match=r"\[tool\.muster\] in pyproject\.toml, line 5: history cannot be 3"
    ):
        load(root, home)


def test_a_mistake_in_the_environment_names_the_variable(root: Path, home: Path) -> None:
    """As it is written there."""
    with pytest.raises(ConfigurationError, match="environment: MUSTER_MAX_CONCURRENCY cannot be 'many'"):
        load(root, home, env={"MUSTER_MAX_CONCURRENCY": "many"})
    with pytest.raises(ConfigurationError, match="environment: unknown setting 'MUSTER_MODLE'") as caught:
        load(root, home, env={"MUSTER_MODLE": "a/b"})
    assert caught.value.hint == "did you mean 'model'?"


def test_a_mistake_in_a_flag_names_it(root: Path, home: Path) -> None:
    """A value out of bounds."""
    with pytest.raises(ConfigurationError, match="flag: max_concurrency cannot be 0"):
        load(root, home, {"max_concurrency": 0})


def test_a_mistake_in_the_user_file_names_its_path(root: Path, home: Path) -> None:
    """Since nobody looks for it there."""
    path = write_user(home, "histroy = true")
    with pytest.raises(ConfigurationError) as caught:
        load(root, home)
    assert caught.value.message == f"{path}, line 1: unknown setting 'histroy'"


def test_a_file_that_is_no_text_or_no_file_is_named(root: Path, home: Path) -> None:
    """In another encoding; a folder of that name."""
    (root / "muster.toml").write_bytes("model = 'ä/b'".encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"'muster\.toml' is not UTF-8 text"):
        load(root, home)
    (root / "muster.toml").unlink()
    (root / "muster.toml").mkdir()
    with pytest.raises(ConfigurationError, match=r"'muster\.toml' cannot be read"):
        load(root, home)


def test_a_table_that_is_no_table_is_named(root: Path, home: Path) -> None:
    """`tool.muster = 3`."""
    (root / "pyproject.toml").write_text("[tool]\nmuster = 3\n")
    with pytest.raises(ConfigurationError, match=r"\[tool\.muster\] in pyproject\.toml is not a table"):
        load(root, home)


def test_a_folder_that_is_none_has_no_settings(root: Path, home: Path) -> None:
    """What is wrong with it, the workspace says better."""
    (root / "file").write_text("")
    assert load(root / "file", home) == load(root / "missing", home)


@pytest.mark.parametrize(
    ("platform", "data", "own"),
    [
        ("linux", ".local/share/muster", ".config/muster/muster.toml"),
        ("darwin", "Library/Application Support/muster", "Library/Application Support/muster/muster.toml"),
        ("win32", "AppData/Roaming/muster", "AppData/Roaming/muster/muster.toml"),
    ],
)
def test_each_platform_has_its_places(platform: str, data: str, own: str) -> None:
    """Where XDG says nothing; a relative XDG folder is as good as none."""
    for env in ({"HOME": "/home/me"}, {"HOME": "/home/me", "XDG_DATA_HOME": "x", "XDG_CONFIG_HOME": "x"}):
        assert default_data_dir(env, platform) == Path("/home/me", data)
        assert user_file(env, platform) == Path("/home/me", own)


def test_settings_cannot_be_changed_afterwards() -> None:
    """Nor can there be ones that nobody knows."""
    settings = Settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.history = False  # type: ignore[misc]
    with pytest.raises(ValueError, match=r"[Ee]xtra"):
        Settings.model_validate({"unknown": 1})
