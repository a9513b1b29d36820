"""The settings tool: each insecure switch at its line, and its harmless twin."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.domain.evidence.report import EvidenceReport, EvidenceStatus
from muster.infrastructure.evidence.settings import SettingsTool

from .support import look

JOB = "jobs:\n  t:\n    steps:\n"
Found = tuple[str, str, int, int]
FOUND: dict[str, tuple[str, str, Found]] = {
    "debug": ("settings.py", "ALLOWED_HOSTS = ['a']\nDEBUG = True\n", ("debug-on", "high", 2, 489)),
    "any host": ("settings.py", "ALLOWED_HOSTS = ['*']\n", ("allowed-hosts-any", "medium", 1, 644)),
    "a cookie": (
        "conf.py",
        "SECRET_KEY = k\nSESSION_COOKIE_SECURE = False\n",
        ("cookie-unprotected", "medium", 2, 614),
    ),
    "cookies for scripts": (
        "app.py",
        "app.config['SESSION_COOKIE_HTTPONLY'] = False\n",
        ("cookie-unprotected", "medium", 1, 1004),
    ),
    "any origin": (
        "conf.py",
        "MIDDLEWARE = []\nCORS_ALLOW_ALL_ORIGINS = True\n",
        ("cors-any-origin", "low", 2, 942),
    ),
    "any origin with cookies": (
        "conf.py",
        "MIDDLEWARE = []\nCORS_ALLOW_CREDENTIALS = True\nCORS_ORIGIN_ALLOW_ALL = True\n",
        ("cors-any-origin", "medium", 3, 942),
    ),
    "cors of flask": (
        "app.py",
        "def f(app):\n    CORS(app, supports_credentials=True)\n",
        ("cors-any-origin", "medium", 2, 942),
    ),
    "cors of starlette": (
        "app.py",
        "app.add_middleware(CORSMiddleware, allow_origins=['*'], allow_credentials=True)\n",
        ("cors-any-origin", "medium", 1, 942),
    ),
    "fastapi": ("app.py", "app = FastAPI(debug=True)\n", ("debug-on", "medium", 1, 489)),
    "forms": ("app.py", "app.config['WTF_CSRF_ENABLED'] = False\n", ("csrf-off", "medium", 1, 352)),
    "hashes": (
        "conf.py",
        "PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']\n",
        ("weak-password-hash", "high", 1, 916),
    ),
    "jwt": (
        "a.py",
        "import jwt\nc = jwt.decode(t, options={'verify_signature': False})\n",
        ("jwt-not-verified", "critical", 2, 347),
    ),
    "old jwt": ("a.py", "c = jwt.decode(t, verify=False)\n", ("jwt-not-verified", "critical", 1, 347)),
    "unsigned jwt": (
        "a.py",
        "c = jwt.decode(t, k, algorithms=['HS256', 'none'])\n",
        ("jwt-not-verified", "high", 1, 347),
    ),
    "safe": ("a.html", "<p>\n{{ note|safe }}</p>\n", ("template-safe", "high", 2, 79)),
    "safe among filters": (
        "a.jinja2",
        "{% if a %}<p>{{ note | trim | safe }}</p>{% endif %}\n",
        ("template-safe", "high", 1, 79),
    ),
    "escaping off": (
        "a.html",
        "<p>{% autoescape off %}{{ x }}{% endautoescape %}</p>\n",
        ("template-autoescape-off", "high", 1, 79),
    ),
    "a root container": ("Dockerfile", "FROM python\nRUN a\nCMD b\n", ("docker-root", "info", 1, 250)),
    "root again": (
        "Dockerfile",
        "FROM python\nUSER app\nUSER root\nCMD b\n",
        ("docker-root", "info", 3, 250),
    ),
    "plain http": ("Dockerfile", "FROM python\nADD http://h/x /x\n", ("docker-add-http", "medium", 2, 494)),
    "unchecked": (
        "Dockerfile.prod",
        "# c\n\nFROM python\nADD https://h/x /x\n",
        ("docker-add-unchecked", "low", 4, 494),
    ),
    "an unseen script": (
        "Dockerfile",
        "FROM a\nRUN b && \\\n  curl -fsSL https://h/i | sudo -E bash -\n",
        ("curl-pipe-shell", "medium", 2, 494),
    ),
    "an unseen script over http": (
        "Dockerfile",
        "FROM a\nRUN curl http://h/i | sh\n",
        ("curl-pipe-shell", "high", 2, 494),
    ),
    "privileged": (
        "compose.yml",
        "services:\n  a:\n    privileged: true\n",
        ("docker-privileged", "high", 3, 250),
    ),
    "privileged in kubernetes": (
        "pod.yaml",
        "kind: Pod\nspec:\n  containers:\n    - securityContext: {privileged: true}\n",
        ("docker-privileged", "high", 4, 250),
    ),
    "the host's network": (
        "pod.yaml",
        "a: 1\n---\nspec:\n  hostNetwork: true\n",
        ("host-network", "medium", 4, 668),
    ),
    "network mode": (
        "compose.yml",
        "services:\n  a:\n    network_mode: host\n",
        ("host-network", "low", 3, 668),
    ),
    "the socket": (
        "compose.yml",
        "services:\n  a:\n    volumes:\n      - /var/run/docker.sock:/s\n",
        ("docker-socket", "high", 4, 250),
    ),
    "strangers": (
        ".github/workflows/a.yml",
        f"on: pull_request_target\n{JOB}      - uses: actions/checkout@v4\n        with:\n"
        "          ref: ${{ github.event.pull_request.head.sha }}\n",
        ("workflow-runs-strangers", "high", 7, 829),
    ),
    "a title": (
        ".github/workflows/a.yml",
        f"on: issues\n{JOB}      - run: echo ${{{{ github.event.issue.title }}}}\n",
        ("workflow-injection", "high", 5, 78),
    ),
    "html": (
        "a.js",
        "function f(x) {\n  el.innerHTML = '<b>' + x;\n}\n",
        ("html-from-variable", "medium", 2, 79),
    ),
    "written": ("a.ts", "document.write(`<b>${x}</b>`);\n", ("html-from-variable", "medium", 1, 79)),
    "react": (
        "a.tsx",
        "const a = <p dangerouslySetInnerHTML={{ __html: x }} />;\n",
        ("html-from-variable", "medium", 1, 79),
    ),
    "eval": ("a.js", "const y = eval(x);\n", ("eval", "high", 1, 95)),
    "a function of text": ("a.js", "const y = new Function('a', x);\n", ("eval", "high", 1, 95)),
    "tls": ("a.js", "https.request({ rejectUnauthorized: false });\n", ("tls-not-verified", "high", 1, 295)),
    "tls everywhere": (
        "a.js",
        "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';\n",
        ("tls-not-verified", "high", 1, 295),
    ),
}


def seen(report: EvidenceReport) -> list[Found]:
    """Rule, severity, line and CWE of each finding."""
    return [(f.rule, f.severity.value, f.location.line, f.cwe or 0) for f in report.findings]


@pytest.mark.parametrize(("path", "source", "expected"), FOUND.values(), ids=FOUND)
async def test_an_insecure_switch_is_found(path: str, source: str, expected: Found, tmp_path: Path) -> None:
    """At its line, with its severity; the quote is the line as it stands."""
    report = await look(SettingsTool, {path: source}, tmp_path)

    assert seen(report) == [expected]
    assert report.findings[0].quote == source.splitlines()[expected[2] - 1].strip()


SILENT: dict[str, tuple[str, str]] = {
    "debug by the environment": (
        "settings.py",
        "ALLOWED_HOSTS = ['a']\nDEBUG = os.environ.get('DEBUG') == '1'\n",
    ),
    "debug in a comment": ("settings.py", "ALLOWED_HOSTS = ['a']\n# DEBUG = True\nx = 'DEBUG = True'\n"),
    "debug turned off later": ("settings.py", "ALLOWED_HOSTS = ['a']\nDEBUG = True\nDEBUG = False\n"),
    "a constant of that name": ("log.py", "DEBUG = True\nINFO = False\n"),
    "debug in a function": ("a.py", "SECRET_KEY = k\ndef f():\n    DEBUG = True\n"),
    "settings for development": ("settings/dev.py", "ALLOWED_HOSTS = ['*']\nDEBUG = True\n"),
    "a framework's defaults": ("x/global_settings.py", "ALLOWED_HOSTS = []\nSESSION_COOKIE_SECURE = False\n"),
    "one origin": ("a.py", "CORS(app, origins='https://a.org', supports_credentials=True)\n"),
    "no cookies": ("a.py", "app.add_middleware(CORSMiddleware, allow_origins=['*'])\n"),
    "a verified token": ("a.py", "jwt.decode(t, k, algorithms=['HS256'], options={'verify_exp': False})\n"),
    "another decode": ("a.py", "import jwt\nb.decode('utf-8', verify=False)\n"),
    "a hash that is only read": (
        "conf.py",
        "PASSWORD_HASHERS = ['x.Argon2PasswordHasher', 'x.MD5PasswordHasher']\n",
    ),
    "safe on a constant": ("a.html", '<p>{{ "&nbsp;"|safe }}{{ _("<b>a</b>")|safe }}</p>\n'),
    "safe after cleaning": ("a.html", "<p>{{ x|escape|safe }}{{ x|tojson|safe }}{{ x|bleach|safe }}</p>\n"),
    "safe on what the program made": (
        "a.html",
        "<p>{{ form.media|safe }}{{ page.content|safe }}{{ f.help_text|safe }}</p>\n",
    ),
    "a variable called safe": ("a.html", "<p>{{ safe }}{{ x|safe_name }}</p>\n"),
    "escaping off around nothing": (
        "a.html",
        "<p>{% autoescape off %}<b>{{ x|e }}</b>{% endautoescape %}</p>\n",
    ),
    "escaping on": ("a.html", "<p>{% autoescape on %}{{ x }}{% endautoescape %}</p>\n"),
    "escaping off in plain text": ("mail.html", "{% autoescape off %}Dear {{ name }}{% endautoescape %}\n"),
    "a user": ("Dockerfile", "FROM a AS b\nUSER root\nRUN c\nFROM d\nUSER 1000\nCMD e\n"),
    "a base image": ("Dockerfile", "FROM a\nRUN b\n"),
    "a checked file": ("Dockerfile", "FROM a\nADD --checksum=sha256:00 https://h/x /x\nADD src /src\n"),
    "curl into a file": ("Dockerfile", "FROM a\nRUN curl https://h/x -o x && sh x | tee log\n"),
    "not privileged": ("compose.yml", "services:\n  a:\n    privileged: false\n    image: privileged\n"),
    "a socket that is only named": ("a.yml", "note: the path is /var/run/docker.sock\n"),
    "the base of a pull request": (
        ".github/workflows/a.yml",
        f"on: pull_request_target\n{JOB}      - uses: actions/checkout@v4\n",
    ),
    "the head without secrets": (
        ".github/workflows/a.yml",
        f"on: pull_request\n{JOB}      - uses: a\n        with:\n"
        "          ref: ${{ github.event.pull_request.head.sha }}\n",
    ),
    "a title in the environment": (
        ".github/workflows/a.yml",
        f'on: issues\n{JOB}      - run: echo "$T"\n        env:\n          T: ${{{{ github.event.issue.title }}}}\n',
    ),
    "constant html": (
        "a.js",
        "el.innerHTML = ''; el.innerHTML = ok ? '<b>a</b>' : `<i></i>`; el.textContent = x;\n",
    ),
    "cleaned html": ("a.js", "el.innerHTML = DOMPurify.sanitize(x); a.innerHTML = b.innerHTML;\n"),
    "constant eval": ("a.js", "eval('1 + 1'); model.eval();\n"),
    "tls on": ("a.js", "https.request({ rejectUnauthorized: true });\n"),
    "a bundle": ("a.js", "el.innerHTML = x;" + "a();" * 300 + "\n"),
}


@pytest.mark.parametrize(("path", "source"), SILENT.values(), ids=SILENT)
async def test_its_harmless_twin_is_not(path: str, source: str, tmp_path: Path) -> None:
    """Looked at, and nothing to say."""
    report = await look(SettingsTool, {path: source}, tmp_path)

    assert (report.status, report.not_covered, seen(report)) == (EvidenceStatus.MEASURED, (), [])


async def test_tests_may_be_lax_and_examples_are_only_mentioned(tmp_path: Path) -> None:
    """Nobody runs them for others; code of somebody else is not looked at."""
    paths = ["tests/a.py", "docs/a.py", "a.py", "static/vendor/a.py"]
    report = await look(SettingsTool, dict.fromkeys(paths, "c = jwt.decode(t, verify=False)\n"), tmp_path)

    found = {f.location.path: (f.severity.value, f.confidence) for f in report.findings}
    assert found == {"docs/a.py": ("info", 0.38), "a.py": ("critical", 0.75)}


async def test_what_cannot_be_parsed_is_not_covered(tmp_path: Path) -> None:
    """With the line on which it breaks, where a mark made it worth parsing."""
    files = {
        "a.py": "DEBUG = True\ndef (:\n",
        "b.yml": "privileged: [\n",
        "c.js": "el.innerHTML = (x;\n",
        "d.py": "def (:\n",
    }
    report = await look(SettingsTool, files, tmp_path)

    assert {one.path: one.reason for one in report.not_covered} == {
        "a.py": "settings: has a syntax error at line 2",
        "b.yml": "settings: is not valid YAML at line 2",
        "c.js": "settings: has a syntax error at line 1",
    }
