"""The secrets tool: what opens something is found and never repeated; what only looks like it stays silent.

No credential stands in this file: bodies are made when the tests run, from the hash of a phrase.
"""

from __future__ import annotations

import base64
import hashlib
import json
import string
import time
from pathlib import Path

import pytest

from muster.domain.evidence.report import EvidenceReport, EvidenceStatus
from muster.domain.evidence.severity import Severity
from muster.infrastructure.evidence.analysers.secrets import analyse
from muster.infrastructure.evidence.secrets import SecretsTool

from .support import look

ALPHANUMERIC = string.ascii_letters + string.digits


def made_up(length: int, alphabet: str = ALPHANUMERIC) -> str:
    """Characters that look drawn by chance, always the same: no key of anybody."""
    stream = b"".join(hashlib.sha512(b"not a key %d" % n).digest() for n in range(length // 64 + 1))
    return "".join(alphabet[byte % len(alphabet)] for byte in stream[:length])


BODY = made_up(40)
HEX = made_up(64, "0123456789abcdef")
PROVIDED = {
    "aws-access-key": "AKIA" + made_up(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "github-token": "ghp_" + made_up(36),
    "gitlab-token": "glpat-" + made_up(20),
    "google-api-key": "AIza" + made_up(35),
    "slack-token": "xoxb-" + made_up(12, string.digits) + "-" + made_up(24),
    "slack-webhook": "hooks.slack.com/services/T" + made_up(44),
    "stripe-key": "sk_live_" + made_up(24),
    "npm-token": "npm_" + made_up(36),
    "pypi-token": "pypi-AgE" + made_up(120),
    "anthropic-key": "sk-ant-api03-" + made_up(95),
    "openai-key": "sk-proj-" + made_up(100),
    "huggingface-token": "hf_" + made_up(34),
    "sendgrid-key": "SG." + made_up(22) + "." + made_up(43),
    "digitalocean-token": "dop_v1_" + HEX,
    "telegram-token": "1234098765:AA" + made_up(33),
}


def encoded(value: object) -> str:
    """JSON in base64, as tokens carry it."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def said(report: EvidenceReport) -> str:
    """All text that leaves the tool."""
    return " ".join(f"{f.message} {f.quote} {f.suggestion} {f.location}" for f in report.findings)


@pytest.mark.parametrize("kind", PROVIDED)
async def test_a_provider_s_key_in_code_is_critical_and_its_value_stays_in_the_file(
    kind: str, tmp_path: Path
) -> None:
    """Whatever name it is given."""
    report = await look(
        SecretsTool, {"app/main.py": f"x = 1\n\n\ndef f():\n    go('{PROVIDED[kind]}', 'b')\n"}, tmp_path
    )

    (finding,) = report.findings
    assert (finding.rule, finding.severity, finding.location.line) == (kind, Severity.CRITICAL, 5)
    assert (finding.family, finding.cwe, finding.location.function) == (f"secret:{kind}", 798, "f")
    assert finding.quote == "go('****" if kind != "slack-webhook" else finding.quote.endswith("****")
    assert PROVIDED[kind][8:] not in said(report)


async def test_a_private_key_is_critical_and_one_behind_a_passphrase_is_high(tmp_path: Path) -> None:
    """Only with a body: the line that begins one is no key."""
    body = "\n".join(made_up(64) for _ in range(5))
    begin, end = "-----BEGIN {}PRIVATE KEY-----", "-----END {}PRIVATE KEY-----"
    files = {
        "a.pem": f"{begin.format('RSA ')}\n{body}\n{end.format('RSA ')}\n",
        "b.pem": f"{begin.format('ENCRYPTED ')}\n{body}\n{end.format('ENCRYPTED ')}\n",
        "c.json": json.dumps({"private_key": f"{begin.format('')}\n{body}\n{end.format('')}\n"}),
        "d.py": f"if text.startswith('{begin.format('')}'):\n    load(text)\n",
    }
    found = {f.location.path: f.severity for f in (await look(SecretsTool, files, tmp_path)).findings}

    assert found == {"a.pem": Severity.CRITICAL, "b.pem": Severity.HIGH, "c.json": Severity.CRITICAL}


ASSIGNED = [
    ("config.yml", "api_key: {}", "api-key"),
    ("config.yaml", "  clientSecret: '{}'  # of the shop", "secret"),
    ("config.json", '{{"host": "db", "accessToken": "{}"}}', "token"),
    (".env", "SERVICE_TOKEN={}", "token"),
    (".env", 'export SERVICE_TOKEN="{}"', "token"),
    ("app.toml", 'secret_key = "{}"', "secret"),
    ("app.ini", "smtp_password = {}", "password"),
    ("app.py", "SECRET_KEY = '{}'", "secret"),
    ("app.py", 'API_KEY: str = "{}"', "api-key"),
    ("app.py", 'config["auth_token"] = "{}"', "token"),
    ("app.py", 'connect(password="{}")', "password"),
    ("app.py", 'KEY = os.environ.get("SECRET_KEY", "{}")', "secret"),
    ("app.js", "const apiKey = `{}`;", "api-key"),
    ("notes.ipynb", r'    "API_KEY = \"{}\"\n",', "api-key"),
    ("calls.log", r"INFO {{\"password\": \"{}\"}}", "password"),
    ("calls.json", r'{{"arguments": "{{\"text\": \"SECRET = \\\"{}\\\"\"}}"}}', "secret"),
    ("App.java", 'String dbPassword = "{}";', "password"),
    ("app.go", 'apiToken := "{}"', "token"),
    ("app.rb", "secret => '{}'", "secret"),
    ("app.cs", 'var c = "Server=db;User Id=app;Password={};";', "password"),
    ("pom.xml", "<password>{}</password>", "password"),
    ("Dockerfile", "ENV APP_SECRET={}", "secret"),
]


@pytest.mark.parametrize(
    ("path", "line", "kind"), ASSIGNED, ids=[f"{path} {line}" for path, line, _ in ASSIGNED]
)
async def test_a_random_value_beside_a_telling_name_is_high_in_any_quoting(
    path: str, line: str, kind: str, tmp_path: Path
) -> None:
    """YAML, JSON, env, TOML, ini and code."""
    report = await look(SecretsTool, {path: "\n" + line.format(BODY) + "\n"}, tmp_path)

    assert [(f.rule, f.severity, f.location.line) for f in report.findings] == [(kind, Severity.HIGH, 2)]
    assert BODY not in said(report)


async def test_a_password_in_a_url_a_bearer_token_a_login_and_a_signed_token_are_found(
    tmp_path: Path,
) -> None:
    """Each by its own form, without a telling name."""
    signed = ".".join([encoded({"alg": "HS256"}), encoded({"sub": "ann"}), made_up(43)])
    login = base64.b64encode(b"ann:tr4in-Qu9artz").decode()
    text = "\n".join(
        ["url: postgresql://app:tr4in-Qu9artz@db/x", f"h: Bearer {BODY}", f"h: Basic {login}", f"v: {signed}"]
    )
    report = await look(SecretsTool, {"a.yml": text}, tmp_path)

    found = {(f.rule, f.location.line) for f in report.findings}
    assert found == {("password-in-url", 1), ("bearer", 2), ("basic-auth", 3), ("jwt", 4)}
    assert not any(value in said(report) for value in ("tr4in", BODY, login, signed[-20:]))


async def test_a_password_that_somebody_chose_is_found_with_less_confidence(tmp_path: Path) -> None:
    """It is short, so it may be something else."""
    (finding,) = (await look(SecretsTool, {"a.py": "db_password = 'Wint3r!mond'\n"}, tmp_path)).findings

    assert (finding.severity, finding.confidence) == (Severity.MEDIUM, 0.6)


async def test_in_tests_and_docs_the_same_is_less_bad_and_less_sure(tmp_path: Path) -> None:
    """Fixtures are mostly made up; examples in docs sometimes are not."""
    line = f"token = '{PROVIDED['github-token']}'\nsecret = '{BODY}'\n"
    report = await look(SecretsTool, {"tests/test_a.py": line, "docs/a.md": line}, tmp_path)

    found = {(f.location.path, f.rule): (f.severity.value, f.confidence) for f in report.findings}
    assert found == {
        ("tests/test_a.py", "github-token"): ("medium", 0.43),
        ("tests/test_a.py", "secret"): ("low", 0.38),
        ("docs/a.md", "github-token"): ("high", 0.57),
        ("docs/a.md", "secret"): ("medium", 0.51),
    }


async def test_the_quote_ends_before_the_first_secret_of_its_line(tmp_path: Path) -> None:
    """Nothing that follows is shown, for it may be secret too; both are found."""
    line = f"login(token='{BODY}', password='{made_up(24)}')"
    report = await look(SecretsTool, {"a.py": line}, tmp_path)

    assert [f.quote for f in report.findings] == ["login(token='****", "login(token='****"]


SILENT = {
    "a placeholder": "password: changeme",
    "an example": "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
    "what you should fill in": "api_key: <your api key>",
    "a variable": "password: ${DB_PASSWORD}",
    "a template": "token: {{ vault_token_a1b2c3 }}",
    "a shell variable": 'export TOKEN="$CI_TOKEN_42"',
    "a look-up": "SECRET_KEY = os.environ['SECRET_KEY_2024A']",
    "a look-up with nothing": "SECRET_KEY = os.environ.get('SECRET_KEY', '')",
    "a call": "token = make_token2(user, 16, 'abc')",
    "an attribute": "password = form.cleaned_data2.password1",
    "one character again and again": "api_key = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
    "stars": "password = '**********'",
    "words": "SECRET_MESSAGE = 'a1 quick brown fox2 and b3'",
    "the name of a field": "password_field = 'user_password_2'",
    "a path": "token_file = '/run/secrets/a1B2c3D4e5F6g7H8'",
    "an address": "token_url = 'https://a1b2.org/oauth2/token?x=9'",
    "a translation key": "password_help = 'accounts.help2.password-rules-v3'",
    "a url without a password": "url = 'https://ann@db1.org/x'",
    "a url of nobody": "url = 'https://ann:pa55-4@example.com/'",
    "several hosts": "url = 'kafka://a.org:9092,b.org:9092,c1-x:9092@group2'",
    "a url to fill in": "url = 'postgres://{user}:{password}@{host}'",
    "a uuid": "client_secret_id: 0d9e3c52-7b1f-4a86-9c40-e2f5a81b6d37\ntoken: 0d9e3c52-7b1f-4a86-9c40-e2f5a81b6d37",
    "a commit": f"revision: {HEX[:40]}",
    "a checksum": f"token_sha256: {HEX}",
    "an integrity hash": f'"integrity": "sha512-{BODY}=="',
    "a hashed password": "password: $2b$12$" + BODY,
    "a public key": "ssh_public_key: ssh-rsa AAAAB3" + BODY,
    "a public token": f"public_token = '{BODY}'",
    "a comparison": "if token == other_token1234567890:",
    "a type": "password: Optional[str2]",
    "a comment in words": "# the token is 32 characters of A-Z0-9",
    "a name that begins like a key": "sk-learn-is-not-a-key, AKIAlike, ghp_short",
    "the signed token of tutorials": f"t: {encoded({'alg': 'x'})}.{encoded({'sub': '1234567890'})}.{BODY}",
    "a look-up in JSON": r'"key = os.environ.get(\"SECRET_KEY_1\", \"\")\n"',
    "a placeholder in JSON": r"{\"password\": \"your-password-1\"}",
    "a bearer without a token": "Authorization: Bearer <token>",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
@pytest.mark.parametrize("path", ["a.py", "a.yml"])
async def test_what_opens_nothing_stays_silent(text: str, path: str, tmp_path: Path) -> None:
    """In code and in configuration."""
    report = await look(SecretsTool, {path: text + "\n"}, tmp_path)

    assert report.status is EvidenceStatus.MEASURED
    assert [(f.rule, f.quote) for f in report.findings] == []


async def test_lock_files_data_and_minified_code_are_not_looked_at(tmp_path: Path) -> None:
    """They are full of hashes, and nobody writes them."""
    names = [
        "uv.lock",
        "poetry.lock",
        "package-lock.json",
        "yarn.lock",
        "go.sum",
        "a.min.js",
        "a.js.map",
        "a.csv",
        "de.po",
    ]
    report = await look(SecretsTool, dict.fromkeys(names, f"token = '{BODY}'"), tmp_path)

    assert (report.status, report.findings) == (EvidenceStatus.NO_INPUT, ())


async def test_in_a_line_of_data_names_tell_nothing_but_a_provider_s_key_is_still_one(tmp_path: Path) -> None:
    """Bundles are one long line."""
    line = f"a={{token:'{BODY}'}};" * 50 + f"b='{PROVIDED['stripe-key']}'"
    report = await look(SecretsTool, {"a.js": line}, tmp_path)

    assert [f.rule for f in report.findings] == ["stripe-key"]


HOSTILE = [
    "password=",
    "pw|",
    "pw,a ",
    "sk-",
    "AKIA",
    "eyJ",
    "eyJa.eyJ",
    "://a:b@",
    "://aaa:",
    "Bearer ",
    "Basic a",
    "xoxb-",
    ":AA",
    "token: '",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN RSA ",
    "server=a;password=b;",
    "get('token', ",
    "<password>aaa",
    " ",
    "\n",
    "a",
    "token: 'a1B2c3D4e5F6g7H8'\n",
    "\\",
    "\\n",
    "\\ntoken=",
    'token\\\\\\"',
    'token = \\"a',
    "curl -u a:a1b2c3d4 ",
    "hash_hmac(a, ",
    "kind: Secret\ndata:\n",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_megabyte_takes_no_longer_than_its_length(piece: str) -> None:
    """Four times as much takes about four times as long; a pattern that went back and forth would take sixteen."""

    def seconds(size: int) -> float:
        source = (piece * (size // len(piece))).encode()
        started = time.process_time()
        analyse(source, "yaml", is_test=False)
        return time.process_time() - started

    seconds(10_000)
    assert seconds(1_000_000) < 8 * seconds(250_000) + 0.2


def test_very_many_secrets_in_one_file_are_reported_up_to_fifty() -> None:
    """The rest is counted."""
    lines = "\n".join(f"token_{n} = 'q{n}{BODY}'" for n in range(80))
    facts = analyse(lines.encode(), "python", is_test=False)

    assert (len(facts.findings), facts.measures["secrets"]) == (50, 80.0)
