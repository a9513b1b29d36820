"""Secrets that stand in lists, before their name, among the values of other names, or under the name of a provider.

No credential stands in this file: values are made when the tests run.
"""

from __future__ import annotations

import re
import string
import uuid

import pytest

from muster.domain.workspace.languages import language_of
from muster.infrastructure.evidence.analysers.secret_candidates import candidates
from muster.infrastructure.evidence.analysers.secret_rules_more import MORE_PROVIDERS

from .test_secrets import made_up

PASSWORD = "Tund" + "ra83"
OTHER = "Sadd" + "le?" + made_up(4) + "7"
TOKEN = made_up(32)
DIGITS = made_up(40, "0123456789abcdef")
LISTS = [
    ("a.yml", 'passwords: ["{a}", "{b}"]'),
    ("a.yml", "db_passwords:\n  - {a}\n  - '{b}'"),
    ("a.json", '{{"passwords": [\n  "{a}",\n  "{b}"\n]}}'),
    ("a.py", 'PASSWORDS = ("{a}", "{b}")'),
    ("a.py", 'passwords: list[str] = ["{a}", "{b}"]'),
    ("a.js", 'const passwords = ["{a}", "{b}"];'),
    ("a.go", 'passwords := []string{{"{a}", "{b}"}}'),
    ("a.java", 'String[] passwords = {{"{a}", "{b}"}};'),
    ("a.java", 'List<String> passwords = List.of("{a}", "{b}");'),
    ("a.rb", "passwords = %w[{a} {b}]"),
    ("a.php", "$passwords = array('{a}', '{b}');"),
    ("a.sh", 'PASSWORDS=("{a}" "{b}")'),
]
TOGETHER = [
    ("a.go", 'user, password := "root", "{}"'),
    ("a.go", 'password, user := "{}", "root"'),
    ("a.py", 'host, port, user, password = "db", 5432, name, "{}"'),
    ("a.py", '(user, pwd) = ("app", "{}")'),
    ("a.js", 'const [user, password] = ["app", "{}"];'),
    ("a.rs", 'let (user, password) = ("app", "{}");'),
    ("a.php", 'list($user, $password) = array("app", "{}");'),
    ("a.pl", 'my ($user, $password) = ("app", "{}");'),
    ("a.sql", "INSERT INTO users (name, password) VALUES ('ann', '{}');"),
]
COMPARED = [
    ("a.py", 'if "{}" == password:'),
    ("a.py", 'elif password != "{}":'),
    ("a.py", 'hmac.compare_digest(password, "{}")'),
    ("a.js", "if ('{}' === password) return"),
    ("a.java", 'if (password.equals("{}")) {{'),
    ("a.java", 'return "{}".equals(password);'),
    ("a.c", 'if (strcmp(password, "{}") == 0)'),
    ("a.c", 'if (strncmp("{}", passwd, 8) == 0)'),
    ("a.c", 'strcpy(password, "{}");'),
    ("a.c", 'static char password[] = "{}";'),
    ("a.cs", 'if (string.Equals(pwd, "{}"))'),
    ("a.php", 'if (hash_equals("{}", $password))'),
    ("a.go", 'if r.FormValue("password") != "{}" {{'),
    ("a.go", 'subtle.ConstantTimeCompare([]byte(password), []byte("{}"))'),
    ("a.xml", "<db_pass> {} </db_pass>"),
    ("a.env", "userpass={}"),
    ("a.py", 'parser.add_argument("--password", default="{}")'),
    ("a.java", '@Value("${{db.password:{}}}")'),
    ("a.java", 'builder.password("{{noop}}{}")'),
    ("a.md", "The password is `{}`."),
    (".netrc", "machine build.acme.io login ann password {}"),
    ("a.fish", "set -gx DB_PASSWORD {}"),
    ("a.sql", "SET PASSWORD FOR 'ann'@'%' = '{}';"),
]


def _found(path: str, text: str) -> list[str]:
    places = {(one.start, one.end) for one in candidates(text, language_of(path))}
    return [text[start:end] for start, end in sorted(places)]


@pytest.mark.parametrize(("path", "form"), LISTS, ids=[form for _, form in LISTS])
def test_each_of_a_list_of_passwords_is_found(path: str, form: str) -> None:
    """In the brackets of many languages, and below a name."""
    assert _found(path, form.format(a=PASSWORD, b=OTHER)) == [PASSWORD, OTHER]


def test_a_list_of_keys_is_found_and_a_list_of_words_is_none() -> None:
    """What is called a key or a token must look drawn."""
    keys = f'api_keys = ["{TOKEN}", "{TOKEN[::-1]}"]'
    assert _found("a.py", keys) == [TOKEN, TOKEN[::-1]]
    assert _found("a.py", 'tokens = ["number1", "string2", "NAME"]') == []
    assert _found("a.py", f'passwords = get_many("{PASSWORD}")') == []
    assert _found("a.yml", "secrets:\n  - db_password_v1\n  - api_token_v2") == []


@pytest.mark.parametrize(
    ("path", "form"), [*TOGETHER, *COMPARED], ids=[form for _, form in [*TOGETHER, *COMPARED]]
)
def test_a_password_is_found_wherever_its_name_stands(path: str, form: str) -> None:
    """Before the value, behind it, or among other names."""
    assert _found(path, form.format(PASSWORD)) == [PASSWORD]


def test_a_password_between_tags_keeps_all_its_signs() -> None:
    """Only a tag ends it there, and what is filled in later is none."""
    value = PASSWORD + "{k)(m]q"
    assert _found("a.xml", f"<password>{value}</password>") == [value]
    assert _found("a.xml", "<password>${db.password7}</password>") == []


@pytest.mark.parametrize("line", [
    f'password, user = ask(), "{PASSWORD}"', f'user, password = "root", 7, "{PASSWORD}"',
    f'key, color = "{PASSWORD}", "blue"', f'log("{PASSWORD}", password)', f'if key == "{PASSWORD}":',
    f'if title == "{PASSWORD}" and password:', f'f(password, "{PASSWORD}")', 'if "password" == kind:',
    f'if kind.equals("{PASSWORD}") and password:',
])  # fmt: skip
def test_a_value_of_another_name_is_not_taken(line: str) -> None:
    """Values are counted, and a comparison has two sides."""
    assert _found("a.py", line) == []


@pytest.mark.parametrize(
    "name", ["github-key: {}", "STRIPE_KEY={}", "gh_pat = '{}'", "sonar.login={}", '"heroku_token": "{}"']
)
@pytest.mark.parametrize("value", [DIGITS, DIGITS[:32], str(uuid.UUID(DIGITS[:32]))])
def test_digits_are_a_key_under_the_name_of_who_gives_keys_out(name: str, value: str) -> None:
    """Not under another name, and not where they only tell one thing from another."""
    assert _found("a.env", name.format(value)) == [value]
    for silent in (
        "cache_key: {}",
        "github_commit={}",
        "stripe_key_id={}",
        "stripe_publishable_key={}",
        "commit {}",
    ):
        assert _found("a.env", silent.format(value)) == []


def test_a_number_is_a_password_or_a_key_if_it_is_long_and_no_row() -> None:
    """A port, a size or a row of digits is none."""
    number = "83" + "02917465"
    assert _found("a.env", f"DB_PASSWORD={number}") == [number]
    assert _found("a.env", f"API_KEY={number * 2}4817") == [f"{number * 2}4817"]
    for silent in (
        "DB_PASSWORD=5432",
        f"API_KEY={number}",
        "PASSWORD=11112222",
        f"PASSWORD_ID={number}",
        f"TOKEN={number}",
    ):
        assert _found("a.env", silent) == []


@pytest.mark.parametrize("kind", sorted({one.kind for one in MORE_PROVIDERS}))
def test_every_form_is_found_as_a_whole_and_not_when_it_is_cut(kind: str) -> None:
    """A value of each form is made from its own pattern."""
    for one in (form for form in MORE_PROVIDERS if form.kind == kind):
        value = _example(one.pattern.pattern)
        assert one.pattern.fullmatch(value), value
        assert value in _found("a.txt", f"see {value} there")
        assert value[:-6] not in _found("a.txt", f"see {value[:-6]} there") or "," in one.pattern.pattern


def _example(pattern: str) -> str:
    """A text that such a pattern describes: the first of alternatives, the least of lengths."""
    pattern = re.sub(r"=\{0,2\}", "", pattern)
    while (group := re.search(r"\(\?:([^()]*)\)(?:\{(\d+)\})?", pattern)) is not None:
        choice = group.group(1).split("|")[0] * int(group.group(2) or 1)
        pattern = pattern[: group.start()] + choice + pattern[group.end() :]
    made, drawn = "", iter(made_up(4_000, string.printable[:62]))
    for part in re.finditer(r"\[([^\]]+)\](?:\{(\d+)(?:,\d*)?\}\+?)?|\\(.)|([^\\\[])", pattern):
        allowed, times, escaped, plain = part.groups()
        if allowed is None:
            made += escaped or plain
            continue
        letters = _letters(allowed)
        made += "".join(letters[ord(next(drawn)) * 7 % len(letters)] for _ in range(int(times or 1)))
    return made


def _letters(allowed: str) -> list[str]:
    """The letters and digits of a set of characters, or a hyphen."""
    return [char for char in string.ascii_letters + string.digits if re.fullmatch(f"[{allowed}]", char)] or [
        "-"
    ]
