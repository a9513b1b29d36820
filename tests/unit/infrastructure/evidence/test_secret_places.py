"""Secrets that stand in a place of their own, with no telling name beside them, and what stands there otherwise.

No credential stands in this file: values are made when the tests run.
"""

from __future__ import annotations

import base64

import pytest

from muster.domain.workspace.languages import language_of
from muster.infrastructure.evidence.analysers.secret_candidates import candidates

from .test_secrets import made_up

SECRET = "Ma" + made_up(6) + "7-k" + made_up(3) + "9"
TOKEN = made_up(32)
CERTIFICATE = base64.b64encode(b"-----BEGIN CERTIFICATE-----" + made_up(40).encode()).decode()
HASH = "$apr1$" + made_up(8) + "$" + made_up(22)
PLACES = {
    "a.py": [
        'digest = hmac.new(b"{}", body, "sha256")',
        "hmac.digest(b'{}', body, 'sha256')",
        "client.auth('{}')",
        'server.login("robot", "{}")',
        'box = Fernet(b"{}")',
        'session.auth = ("robot", "{}")',
        'requests.get(url, auth=("robot", "{}"))',
        "cipher = AES.new(b'{}', AES.MODE_ECB)",
        'jwt.encode(claims, "{}", algorithm="HS256")',
        'if password == f"{}":',
    ],
    "a.js": [
        "const sign = crypto.createHmac('sha256', '{}')",
        "crypto.createCipheriv('aes-256-cbc', '{}', iv)",
        "CryptoJS.AES.encrypt(text, '{}')",
        "app.use(cookieParser('{}'))",
        "redis.auth('{}')",
        "signInWithEmailAndPassword(auth, 'ann@acme.io', '{}')",
    ],
    "a.go": [
        'mac := hmac.New(sha256.New, []byte("{}"))',
        'store := sessions.NewCookieStore([]byte("{}"))',
        'smtp.PlainAuth("", "robot", "{}", host)',
        'req.SetBasicAuth("robot", "{}")',
        'var token string = "{}"',
    ],
    "a.java": [
        'connection.setPassword("{}");',
        'new SecretKeySpec("{}".getBytes(), "HmacSHA256");',
        'new UsernamePasswordCredentials("robot", "{}");',
        'DriverManager.getConnection(url, "robot", "{}");',
    ],
    "a.cs": [
        'client.Credentials = new NetworkCredential("robot", "{}");',
        'new SymmetricSecurityKey(Encoding.UTF8.GetBytes("{}"));',
        'var c = "Server=db;Database=x;Uid=robot;Pwd={};";',
    ],
    "a.php": [
        "hash_hmac('sha256', $body, '{}')",
        "new PDO($dsn, 'robot', '{}');",
        '$config["db_password"] .= "{}";',
    ],
    "a.sh": [
        "openssl enc -aes-256-cbc -k {} -in a -out b",
        "openssl rsa -in a.pem -passin pass:{} -out b.pem",
        "curl -u robot:{} https://api.acme.io",
        "curl -sS -X POST \\\n  -H 'Accept: a/b' \\\n  --user 'robot:{}' \\\n  https://api.acme.io",
        "curl --proxy-user robot:{} https://api.acme.io",
        "curl -H 'X-Api-Key: {}' https://api.acme.io",
        'curl -H "Authorization: {}" https://api.acme.io',
        "http -a robot:{} api.acme.io",
        "mysql -u root -p{} shop",
        "sshpass -p {} ssh robot@build7",
        "PGPASSWORD={} psql -U robot shop",
        "docker login -u robot -p {} registry.acme.io",
        "keytool -list -keystore a.jks -storepass {}",
        "zip -P {} a.zip b",
        "7z x a.7z -p{}",
        "htpasswd -bc users robot {}",
        "rabbitmqctl add_user robot {}",
        "smbclient //files/x -U robot%{}",
        "lftp -u robot,{} sftp://files.acme.io",
        "sqlplus robot/{}@shop",
        "mongosh db7 -u robot -p {}",
        "redis-cli -h db -a {} ping",
        "echo '{}' | sudo -S reboot",
        "echo '{}' | passwd --stdin robot",
        "net use z: //files/x /user:robot {}",
        "wget --http-password={} https://files.acme.io",
        "gpg --batch --passphrase {} -d a.gpg",
        "git clone https://{}@git.acme.io/x.git",
    ],
    "a.sql": [
        "CREATE USER robot IDENTIFIED BY {};",
        "ALTER USER 'robot'@'%' IDENTIFIED WITH mysql_native_password BY '{}';",
        "SET PASSWORD FOR robot = PASSWORD('{}');",
        "CREATE ROLE robot WITH LOGIN PASSWORD '{}';",
    ],
    "a.yml": [
        "db:\n  password: |\n    {}\nport: 1",
        "url: amqps://robot:{}@mq.acme.io/x",
        "url: redis://:{}@db:6379/0",
        "url: mongodb+srv://robot:{}@c0.acme.io",
        "url: jdbc:mysql://db/shop?user=robot&password={}",
        "BUNDLE_GEMS__ACME__COM: robot:{}",
    ],
    "a.xml": ["<password>{}</password>", "<add name='x' password='{}' />"],
    "a.plist": ["<key>password</key>\n  <string>{}</string>"],
    "b.xml": ["<entry>\n  <key>db.password</key>\n  <value>{}</value>\n</entry>"],
    "a.ps1": ["ConvertTo-SecureString -AsPlainText -Force {}"],
    "a.html": ['<a href="/x?token=&quot;{}&quot;">x</a>'],
    ".npmrc": ["//npm.acme.io/:_authToken={}"],
    ".netrc": ["machine files.acme.io login robot password {}"],
    ".pgpass": ["db:5432:shop:robot:{}", "db:*:shop:robot:{}"],
    "notes.txt": [
        "password for the build server is {}",
        "pwd of robot: {}",
        "wifi (PW:{})",
        "Pass - {}",
    ],
}
FORMS = [(path, form) for path, forms in PLACES.items() for form in forms]


@pytest.mark.parametrize(("path", "form"), FORMS, ids=[f"{path} {form}" for path, form in FORMS])
def test_a_secret_in_its_place_is_found_to_its_ends(path: str, form: str) -> None:
    """All of it, and nothing of what stands around."""
    value = TOKEN if "git clone" in form else SECRET
    text = form.format(value)
    start = text.index(value)

    found = {(one.start, one.end) for one in candidates(text, language_of(path))}
    assert any(a <= start and start + len(value) <= b for a, b in found)
    assert all(a >= start - len("robot:") and b <= start + len(value) for a, b in found)


@pytest.mark.parametrize(
    ("path", "before", "secret", "after"),
    [
        ("a.xml", "<password><![CDATA[", SECRET, "]]></password>"),
        ("a.yml", "dsn: postgres://ann:", SECRET, "@db.example.com/x"),
        ("a.py", 'SECRET = "', "8f3k" + made_up(4, "0123456789") + "xq9v7l", '"'),
    ],
    ids=["in a section of characters", "at a host of nobody", "short, in small letters and digits"],
)
def test_a_strong_secret_is_one_wherever_it_stands(path: str, before: str, secret: str, after: str) -> None:
    """Whoever writes an example of a host may have left the password in; what encloses the value is not masked."""
    line = before + secret + after
    assert [line[one.start : one.end] for one in candidates(line, language_of(path))] == [secret]


@pytest.mark.parametrize("line", [f"robot:{HASH}", "robot:{SHA}" + TOKEN + "="])
def test_a_user_s_hashed_password_can_be_guessed_at_leisure(line: str) -> None:
    """In the files that servers keep."""
    assert [line[one.start : one.end] for one in candidates(line, "")] == [line.partition(":")[2]]


MANIFEST = """apiVersion: v1
kind: {}
metadata:
  name: shop7
{}:
  # encoded
  cert7: {}
  port: "8080"
type: Opaque7
"""


@pytest.mark.parametrize(("kind", "field", "is_secret"), [
    ("Secret", "data", True), ('"secret"', "data", True), ("ConfigMap", "data", False), ("Secret", "spec", False),
])  # fmt: skip
def test_what_a_secret_of_a_cluster_holds_is_one_whatever_it_is_called(
    kind: str, field: str, is_secret: bool
) -> None:
    """Only there, and only what is encoded; a certificate is public."""
    for value, there in ((base64.b64encode(SECRET.encode()).decode(), is_secret), (CERTIFICATE, False)):
        text = MANIFEST.format(kind, field, value)
        found = {text[one.start : one.end] for one in candidates(text, "yaml")}
        assert found == ({value} if there else set())


WORD = "tundra" + "saddle"


def test_a_word_is_a_password_where_a_sign_gives_it_to_the_name() -> None:
    """Not in sentences, and not where it tells what stands there otherwise."""
    lines = {f"password={WORD}": WORD, f"db_password: '{WORD}'": WORD, f"password {WORD}": "",
             f"password_hint={WORD}": "", f"secret={WORD}": "", "password=username": "",
             f"https://robot:{WORD}@api.acme.io": WORD}  # fmt: skip
    assert {
        line: "".join(line[one.start : one.end] for one in candidates(line, "yaml")) for line in lines
    } == lines


SILENT = [
    ("a.sh", "curl -u robot https://api.acme.io"),
    ("a.sh", 'curl -u "$NAME:$PASSWORD7" https://api.acme.io'),
    ("a.sh", "curl -u robot:${{ secrets.ROBOT_7 }} https://api.acme.io"),
    ("a.sh", "curl https://a.io\nnc -u a7:b8c9d0e1"),
    ("a.sh", "curl -H 'X-Api-Key: $API_KEY_7' https://api.acme.io"),
    ("a.sh", "openssl enc -k $KEY7 -in a"),
    ("a.sh", "openssl rsa -passin env:KEY_7 -in a"),
    ("a.sh", "docker run -u 1000:1000 -p 8080:8080 image7"),
    ("a.sh", "grep -a pattern7 file8"),
    ("a.sh", "zip -r a7.zip folder8"),
    ("a.sh", "ssh -p 2222 robot7@build8"),
    ("a.py", 'page.login("robot", password7)'),
    ("a.py", 'hmac.new(key7, b"body8", "sha256")'),
    ("a.py", 'client.auth(token="")'),
    ("a.js", "createHmac('sha256', key7)"),
    ("a.js", "router.get('/login7', 'login8')"),
    ("a.yml", "password: |\n  {{ vault_password_7 }}"),
    ("a.yml", "password: sha256"),
    ("a.html", f'<input name="authenticity_token" value="{TOKEN}">'),
    ("a.txt", "password for the server is stored in vault7"),
    ("a.txt", "token for each user: see chapter7"),
    ("a.py", 'password = "${PASSWORD_7}"'),
    ("a.py", 'password = "formField2Value"'),
    ("a.py", 'token = "get7Users"'),
    ("a.py", 'password_pattern = "^[A-Za-z0-9]{8,}$"'),
    ("a.py", "secret = \"{{ lookup('env', 'X7') }}\""),
    ("a.md", "Pass `verbosity=7` to see more"),
    ("a.md", "the password database8 of the system"),
    ("a.yml", "url: ssh://687fb701029421ae5549d998@build.acme.io"),
    ("a.sql", "SELECT PASSWORD('x'), name FROM t7"),
    ("a.yml", "url: https://0d9e3c527b1f4a869c40e2f5a81b6d37@o7.ingest.sentry.io/9"),
    ("a.txt", "robot:x:1000:1000:Robot 7:/home/robot:/bin/sh"),
    ("a.yml", "password: required"),
    ("a.yml", "password: incorrect"),
    ("a.json", '{"password": "optional"}'),
    ("a.xml", "<password><![CDATA[]]></password>"),
    ("a.xml", "<password><![CDATA[${db.password7}]]></password>"),
    ("a.yml", "dsn: postgres://ann:pa55-4@db.example.com/x"),
    ("a.py", 'secret = "4b825dc642cb6e"'),
]


@pytest.mark.parametrize(("path", "line"), SILENT, ids=[line for _, line in SILENT])
def test_what_stands_there_without_a_secret_stays(path: str, line: str) -> None:
    """Variables, flags of other commands, names and patterns."""
    assert [line[one.start : one.end] for one in candidates(line, language_of(path))] == []
