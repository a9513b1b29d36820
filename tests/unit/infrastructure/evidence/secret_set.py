"""The labelled texts of tests/data/secrets, with values put into their slots when they are read.

No credential is committed: a slot names a form, and its value is drawn from a generator that the example's id seeds.
"""

from __future__ import annotations

import base64
import json
import random
import re
import string
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "data" / "secrets"
SLOT = re.compile(r"«(\w+)»|‹(\w+)›")
PART = re.compile(r"\{(\w+):(\d+)\}")
ALPHABETS = {
    "digit": string.digits,
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "lower": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase + string.digits,
    "letter": string.ascii_letters,
    "alnum": string.ascii_letters + string.digits,
    "b32": string.ascii_uppercase + "234567",
    "b64": string.ascii_letters + string.digits + "+/",
    "url": string.ascii_letters + string.digits + "_-",
    "sign": "!#%*+?^~",
    "django": string.ascii_lowercase + string.digits + "!@#$%^&*(-_=+)",
    "wp": string.ascii_letters + string.digits + "!@#$%^&*()-_[]{}<>~+=,.;:/?|",
}
FORMS = {
    "anthropic": "sk-ant-api03-{url:93}AA",
    "anthropic_admin": "sk-ant-admin01-{url:93}AA",
    "openai": "sk-proj-{url:74}T3BlbkFJ{url:74}",
    "openai_old": "sk-{alnum:20}T3BlbkFJ{alnum:20}",
    "openai_service": "sk-svcacct-{url:58}T3BlbkFJ{url:58}",
    "aws_id": "AKIA{b32:16}",
    "aws_session_id": "ASIA{b32:16}",
    "aws_secret": "{b64:40}",
    "github": "ghp_{alnum:36}",
    "github_app": "ghs_{alnum:36}",
    "github_fine": "github_pat_{alnum:22}_{alnum:59}",
    "gitlab": "glpat-{url:20}",
    "gitlab_runner": "glrt-{url:20}",
    "gitlab_trigger": "glptt-{hex:40}",
    "google": "AIza{url:35}",
    "google_oauth": "GOCSPX-{url:28}",
    "google_access": "ya29.{url:120}",
    "slack_bot": "xoxb-{digit:12}-{digit:13}-{alnum:24}",
    "slack_user": "xoxp-{digit:12}-{digit:12}-{digit:13}-{hex:32}",
    "slack_app": "xapp-1-A{upper:10}-{digit:13}-{hex:64}",
    "slack_hook": "hooks.slack.com/services/T{upper:8}/B{upper:10}/{alnum:24}",
    "stripe": "sk_live_{alnum:24}",
    "stripe_long": "sk_live_51{alnum:97}",
    "stripe_restricted": "rk_live_{alnum:24}",
    "stripe_hook": "whsec_{alnum:32}",
    "npm": "npm_{alnum:36}",
    "pypi": "pypi-AgEIcHlwaS5vcmc{url:120}",
    "sendgrid": "SG.{url:22}.{url:43}",
    "twilio": "SK{hex:32}",
    "hex32": "{hex:32}",
    "hex40": "{hex:40}",
    "hex64": "{hex:64}",
    "alnum24": "{alnum:24}",
    "alnum32": "{alnum:32}",
    "alnum40": "{alnum:40}",
    "lower32": "{lower:32}",
    "url43": "{url:43}",
    "b64_44": "{b64:43}=",
    "azure_storage": "{b64:86}==",
    "azure_ad": "{alnum:3}8Q~{alnum:34}",
    "huggingface": "hf_{letter:34}",
    "digitalocean": "dop_v1_{hex:64}",
    "shopify": "shpat_{hex:32}",
    "telegram": "{digit:10}:AA{url:33}",
    "discord": "MT{alnum:24}.{url:6}.{url:38}",
    "discord_hook": "discord.com/api/webhooks/{digit:18}/{url:68}",
    "databricks": "dapi{hex:32}",
    "vault": "hvs.{alnum:24}",
    "docker": "dckr_pat_{url:27}",
    "rubygems": "rubygems_{hex:48}",
    "atlassian": "ATATT3xFfGF0{url:170}={HEX:8}",
    "linear": "lin_api_{alnum:40}",
    "grafana": "glsa_{alnum:32}_{hex:8}",
    "postman": "PMAK-{hex:24}-{hex:34}",
    "doppler": "dp.pt.{alnum:43}",
    "newrelic": "NRAK-{upper:27}",
    "notion": "ntn_{digit:11}{alnum:35}",
    "planetscale": "pscale_tkn_{url:43}",
    "perplexity": "pplx-{alnum:48}",
    "groq": "gsk_{alnum:52}",
    "xai": "xai-{alnum:80}",
    "openrouter": "sk-or-v1-{hex:64}",
    "replicate": "r8_{alnum:37}",
    "mailgun": "key-{hex:32}",
    "mailchimp": "{hex:32}-us14",
    "pulumi": "pul-{hex:40}",
    "prefect": "pnu_{alnum:36}",
    "terraform": "{alnum:14}.atlasv1.{url:67}",
    "airtable": "pat{alnum:14}.{hex:64}",
    "dynatrace": "dt0c01.{b32:24}.{b32:64}",
    "square": "sq0csp-{url:43}",
    "square_access": "EAAA{url:60}",
    "facebook": "EAAC{alnum:140}",
    "artifactory": "AKCp{alnum:69}",
    "octopus": "API-{upper:26}",
    "flyio": "fo1_{url:43}",
    "alibaba": "LTAI{alnum:20}",
    "heroku": "HRKU-AA{url:58}",
    "tailscale": "tskey-auth-{alnum:16}-{alnum:32}",
    "age": "AGE-SECRET-KEY-1{b32:58}",
    "figma": "figd_{url:40}",
    "clojars": "CLOJARS_{hex:60}",
    "sentry": "sntryu_{hex:64}",
    "cloudinary": "{digit:15}:{alnum:27}",
    "sha1": "{hex:40}",
    "sha256": "{hex:64}",
    "md5": "{hex:32}",
    "sha512_b64": "{b64:86}==",
    "aws_account": "{digit:12}",
    "uuid": "{hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12}",
    "image": "iVBORw0KGgoAAAANSUhEUgAA{b64:160}",
    "rsa_public": "AAAAB3NzaC1yc2EAAAADAQABAAAB{b64:180}",
    "certificate": "MIID{b64:60}",
    "stripe_public": "pk_live_{alnum:24}",
    "salt": "{alnum:22}",
    "bcrypt": "$2b$12${alnum:53}",
    "id22": "{alnum:22}",
    "gho": "gho_{alnum:36}",
    "ghu": "ghu_{alnum:36}",
    "ghr": "ghr_{alnum:36}",
    "gitlab_routable": "glpat-{url:27}.{lower:9}",
    "gitlab_deploy": "gldt-{url:20}",
    "gitlab_feed": "glft-{url:20}",
    "gitlab_job": "glcbt-3f_{url:20}",
    "openai_admin": "sk-admin-{url:58}T3BlbkFJ{url:58}",
    "anthropic_oat": "sk-ant-oat01-{url:93}AA",
    "deepseek": "sk-{hex:32}",
    "langsmith": "lsv2_pt_{hex:32}_{hex:10}",
    "session": "FwoGZXIvYXdzE{b64:200}=",
    "sas_sig": "{alnum:43}%3D",
    "slack_config": "xoxe.xoxp-1-{alnum:163}",
    "stripe_test": "sk_test_{alnum:24}",
    "twilio_sid": "AC{hex:32}",
    "mailgun_new": "{hex:32}-{hex:8}-{hex:8}",
    "uuid_secret": "{hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12}",
    "do_oauth": "doo_v1_{hex:64}",
    "shopify_shared": "shpss_{hex:32}",
    "shopify_custom": "shpca_{hex:32}",
    "square_atp": "sq0atp-{url:22}",
    "databricks2": "dapi{hex:32}-2",
    "vault_batch": "hvb.{url:140}",
    "vault_old": "s.{alnum:24}",
    "bitbucket": "ATBB{alnum:32}",
    "netlify": "nfp_{alnum:36}",
    "supabase": "sbp_{hex:40}",
    "circleci": "CCIPAT_{alnum:22}_{hex:40}",
    "sentry_org": "sntrys_eyJpYXQiO{alnum:40}LCJyZWdpb25fdXJs{alnum:60}_{b64:43}",
    "buildkite": "bkua_{hex:40}",
    "mapbox": "sk.eyJ1Ijoi{alnum:60}.{url:22}",
    "typeform": "tfp_{url:59}",
    "duffel": "duffel_live_{url:43}",
    "shippo": "shippo_live_{hex:40}",
    "easypost": "EZAK{alnum:54}",
    "readme": "rdme_{lower:70}",
    "planetscale_pw": "pscale_pw_{url:43}",
    "adafruit": "aio_{alnum:28}",
    "maxmind": "{alnum:6}_{alnum:29}_mmk",
    "onepassword": "ops_eyJ{b64:250}=",
    "azdo": "{alnum:76}AZDO{alnum:4}",
    "fcm": "AAAA{url:7}:{url:140}",
    "cloudflare": "{url:40}",
    "okta": "00{url:40}",
    "django": "{django:50}",
    "wp_salt": "{wp:64}",
    "hex128": "{hex:128}",
    "lower58": "{lower:58}",
    "alnum43": "{alnum:43}",
    "b64_64": "{b64:64}",
}
WORDS = ["maple", "granite", "river", "copper", "lantern", "falcon", "winter", "pebble", "harbor", "cinder", "velvet",
         "tundra", "saddle", "meadow", "orchid", "thunder"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """A text as it stands in a file; `secrets` are the places of what must not be shown."""

    id: str
    kind: str
    path: str
    text: str
    secrets: tuple[tuple[int, int], ...]


def examples(half: str) -> list[Example]:
    """All of `tune`, `held` or `third`, in the order of the file."""
    lines = (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [_filled(json.loads(line)) for line in lines]


def _filled(row: dict[str, str]) -> Example:
    text, places, last = "", [], 0
    for number, slot in enumerate(SLOT.finditer(row["text"])):
        text += row["text"][last : slot.start()]
        value = value_of(slot.group(1) or slot.group(2), random.Random(f"{row['id']} {number}"))
        if slot.group(1):
            places.append((len(text), len(text) + len(value)))
        text, last = text + value, slot.end()
    return Example(row["id"], row["kind"], row["path"], text + row["text"][last:], tuple(places))


def value_of(name: str, chance: random.Random) -> str:
    """One value of the form `name`."""
    made = {"password": _password, "url_password": _url_password, "pem": _pem, "pem_escaped": _pem_escaped,
            "pem_line": _pem_line, "jwt": _jwt, "login": _login}  # fmt: skip
    if name in made:
        return made[name](chance)
    while True:
        value = PART.sub(lambda part: _drawn(chance, part.group(1), int(part.group(2))), FORMS[name])
        has_digit = name == "huggingface" or any(char.isdigit() for char in value)
        if has_digit and not re.search(r"0000|1111|123456|abcdef|xxx", value, re.IGNORECASE):
            return value


def _drawn(chance: random.Random, alphabet: str, size: int) -> str:
    return "".join(chance.choice(ALPHABETS[alphabet]) for _ in range(size))


def _password(chance: random.Random) -> str:
    first, second = chance.sample(WORDS, 2)
    number, sign = _drawn(chance, "digit", chance.choice([2, 3, 4])), _drawn(chance, "sign", 1)
    styles = [
        f"{first.title()}{sign}{number}{second}",
        f"{first}{number}{sign}",
        _drawn(chance, "alnum", 5) + "4" + sign + _drawn(chance, "alnum", 4) + "k",
        f"{first[:3]}4{first[3:]}-{second.replace('e', '3')}9",
        f"{number}{first.title()}{second.title()}{sign}",
        _drawn(chance, "lower", 6) + "7b" + _drawn(chance, "lower", 3),
    ]
    return chance.choice(styles)


def _url_password(chance: random.Random) -> str:
    return re.sub(r"[#?%^]", "_", _password(chance))


def _pem(chance: random.Random) -> str:
    body = base64.b64encode(chance.randbytes(600)).decode()
    return "\n".join(body[start : start + 64] for start in range(0, len(body), 64))


def _pem_line(chance: random.Random) -> str:
    return _pem(chance).replace("\n", "")


def _pem_escaped(chance: random.Random) -> str:
    return _pem(chance).replace("\n", "\\n")


def _jwt(chance: random.Random) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    payload = {"sub": _drawn(chance, "digit", 6) + "7", "name": chance.choice(WORDS), "exp": 1900000000}
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(payload)}.{_drawn(chance, 'url', 43)}"


def _login(chance: random.Random) -> str:
    return base64.b64encode(f"{chance.choice(WORDS)}:{_password(chance)}".encode()).decode()
