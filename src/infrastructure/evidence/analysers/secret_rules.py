"""Credentials that providers hand out in a form of their own, each as data.

All quantifiers are possessive, and a pattern begins with a literal: looking through a text takes time in
proportion to its length, whatever stands in it; the few that do not are bounded before their literal. Forms are those
that the providers document; prefixes, alphabets and lengths of some are facts from the rules of gitleaks (MIT).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


@dataclass(frozen=True, slots=True)
class Pair:
    """A credential without a form of its own that stands beside the id it belongs to, within `reach` characters."""

    kind: str
    title: str
    marks: tuple[str, ...]
    id: re.Pattern[str]
    pattern: re.Pattern[str]
    reach: int = 120


PAIRS = (
    Pair("aws-secret-key", "AWS secret key", ("AKIA", "ASIA"), re.compile(r"A(?:KIA|SIA)[A-Z2-7]{16}(?!\w)"),
         re.compile(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")),
    Pair("twilio-secret", "Twilio secret", ("AC",), re.compile(r"AC[0-9a-f]{32}(?!\w)"),
         re.compile(r"(?<!\w)[0-9a-f]{32}(?!\w)")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Provider:
    """One form of credential: `marks` are texts of which one stands in each, `pattern` is the whole.

    `longest` guards against data that happens to begin alike; `is_live` is False for keys of a sandbox.
    """

    kind: str
    title: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]
    longest: int = 300
    is_live: bool = True


def _rule(
    kind: str, title: str, marks: str, pattern: str, *, longest: int = 300, is_live: bool = True
) -> Provider:
    return Provider(kind, title, tuple(marks.split()), re.compile(pattern), longest, is_live)


PROVIDERS = (
    _rule("aws-access-key", "AWS access key id", "AKIA ASIA ABIA ACCA",
          r"A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}", longest=20),
    _rule("github-token", "GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{36,}+"),
    _rule("github-token", "GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{60,}+"),
    _rule("gitlab-token", "GitLab token", "glpat-", r"glpat-[A-Za-z0-9_.\-]{20,}+"),
    _rule("gitlab-token", "GitLab token", "gldt- glrt- glptt- glsoat- glcbt- glagent- gloas-",
          r"gl(?:dt|rt|ptt|soat|cbt|agent|oas)-[A-Za-z0-9_.\-]{20,}+"),
    _rule("google-api-key", "Google API key", "AIza", r"AIza[A-Za-z0-9_\-]{35}", longest=39),
    _rule("google-oauth-secret", "Google OAuth secret", "GOCSPX-",
          r"GOCSPX-[A-Za-z0-9_\-]{28,}+", longest=40),
    _rule("google-oauth-token", "Google OAuth token", "ya29.", r"ya29\.[A-Za-z0-9_\-]{40,}+", longest=2000),
    _rule("slack-token", "Slack token", "xoxb- xoxp- xoxa- xoxo- xoxs- xoxr- xoxe- xoxe.",
          r"xox(?:[abpors]|e(?:\.xox[bp])?)-[A-Za-z0-9\-]{20,}+"),
    _rule("slack-token", "Slack token", "xapp-", r"xapp-[0-9]-[A-Za-z0-9\-]{40,}+"),
    _rule("slack-webhook", "Slack webhook", "hooks.slack.com/",
          r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{35,}+"),
    _rule("stripe-key", "Stripe key", "sk_live_ rk_live_", r"[sr]k_live_[A-Za-z0-9]{20,}+"),
    _rule("stripe-test-key", "Stripe test key", "sk_test_ rk_test_",
          r"[sr]k_test_[A-Za-z0-9]{20,}+", is_live=False),
    _rule("stripe-webhook-secret", "Stripe webhook secret", "whsec_", r"whsec_[A-Za-z0-9+/=]{32,}+"),
    _rule("npm-token", "npm token", "npm_", r"npm_[A-Za-z0-9]{36}", longest=40),
    _rule("pypi-token", "PyPI token", "pypi-AgE", r"pypi-AgE[A-Za-z0-9_\-]{50,}+"),
    _rule("anthropic-key", "Anthropic key", "sk-ant-", r"sk-ant-[a-z0-9]{3,12}+-[A-Za-z0-9_\-]{32,}+"),
    _rule("openai-key", "OpenAI key", "sk-proj- sk-svcacct- sk-admin-",
          r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_\-]{40,}+"),
    _rule("openai-key", "OpenAI key", "sk-", r"sk-[A-Za-z0-9]{48,}+", longest=60),
    _rule("openrouter-key", "OpenRouter key", "sk-or-v1-", r"sk-or-v1-[0-9a-f]{64}", longest=73),
    _rule("huggingface-token", "Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{34,}+", longest=40),
    _rule("groq-key", "Groq key", "gsk_", r"gsk_[A-Za-z0-9]{48,}+", longest=60),
    _rule("xai-key", "xAI key", "xai-", r"xai-[A-Za-z0-9]{70,}+", longest=90),
    _rule("replicate-token", "Replicate token", "r8_", r"r8_[A-Za-z0-9]{37}", longest=40),
    _rule("sendgrid-key", "SendGrid key", "SG.", r"SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}", longest=69),
    _rule("mailgun-key", "Mailgun key", "key-", r"key-[0-9a-f]{32}", longest=36),
    _rule("digitalocean-token", "DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_",
          r"do[opr]_v1_[0-9a-f]{64}", longest=71),
    _rule("databricks-token", "Databricks token", "dapi", r"dapi[0-9a-f]{32}(?:-[0-9])?", longest=38),
    _rule("shopify-token", "Shopify token", "shpat_ shpca_ shppa_ shpss_",
          r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}", longest=38),
    _rule("vault-token", "HashiCorp Vault token", "hvs. hvb. hvr.", r"hv[sbr]\.[A-Za-z0-9_\-]{24,}+"),
    _rule("docker-token", "Docker Hub token", "dckr_pat_ dckr_oat_", r"dckr_[po]at_[A-Za-z0-9_\-]{27,}+", longest=45),
    _rule("rubygems-token", "RubyGems token", "rubygems_", r"rubygems_[0-9a-f]{48}", longest=57),
    _rule("atlassian-token", "Atlassian token", "ATATT3", r"ATATT3[A-Za-z0-9_\-=]{60,}+"),
    _rule("linear-key", "Linear key", "lin_api_", r"lin_api_[A-Za-z0-9]{40}", longest=48),
    _rule("grafana-token", "Grafana token", "glsa_ glc_",
          r"gl(?:sa_[A-Za-z0-9]{32}_[0-9a-f]{8}|c_eyJ[A-Za-z0-9+/=]{40,}+)"),
    _rule("sentry-token", "Sentry token", "sntrys_ sntryu_", r"sntry[su]_[A-Za-z0-9+/=_\-]{40,}+"),
    _rule("supabase-token", "Supabase token", "sbp_", r"sbp_[0-9a-f]{40}", longest=44),
    _rule("postman-key", "Postman key", "PMAK-", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}", longest=64),
    _rule("doppler-token", "Doppler token", "dp.pt. dp.st.", r"dp\.[ps]t\.[A-Za-z0-9._\-]{40,}+"),
    _rule("telegram-token", "Telegram bot token", ":AA", r"(?:bot)?[0-9]{8,10}+:AA[A-Za-z0-9_\-]{33}", longest=49),
    _rule("gitlab-token", "GitLab token", "glffct- glft- glimt- GR1348941",
          r"(?:gl(?:ffct|ft|imt)-|GR1348941)[A-Za-z0-9_\-]{20,}+", longest=80),
    _rule("aws-bedrock-key", "Amazon Bedrock key", "ABSK", r"ABSK[A-Za-z0-9+/]{100,}+={0,2}"),
    _rule("azure-secret", "Azure application secret", "Q~",
          r"[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.\-]{31,34}", longest=40),
    _rule("twilio-key", "Twilio key", "SK", r"SK[0-9a-f]{32}", longest=34),
    _rule("mailchimp-key", "Mailchimp key", "-us", r"[0-9a-f]{32}-us[0-9]{1,2}", longest=37),
    _rule("brevo-key", "Brevo key", "xkeysib-", r"xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}", longest=89),
    _rule("resend-key", "Resend key", "re_", r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}", longest=36),
    _rule("discord-token", "Discord bot token", ".",
          r"[MNO][A-Za-z0-9_\-]{22,27}+\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,40}+", longest=76),
    _rule("discord-webhook", "Discord webhook", "/api/webhooks/",
          r"discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_\-]{60,}+", longest=130),
    _rule("teams-webhook", "Teams webhook", ".webhook.office.com/",
          r"webhook\.office\.com/webhookb2/[A-Za-z0-9@/\-]{80,}+"),
    _rule("facebook-token", "Facebook token", "EAA", r"EAA[A-Z][A-Za-z0-9]{80,}+"),
    _rule("square-token", "Square token", "sq0csp- sq0atp-", r"sq0(?:csp|atp)-[A-Za-z0-9_\-]{22,43}", longest=50),
    _rule("square-token", "Square token", "EAAA", r"EAAA[A-Za-z0-9_\-]{60}", longest=64),
    _rule("terraform-token", "Terraform token", ".atlasv1.",
          r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_\-=]{60,70}", longest=93),
    _rule("airtable-token", "Airtable token", "pat", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}", longest=82),
    _rule("dynatrace-token", "Dynatrace token", "dt0c01.", r"dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}", longest=96),
    _rule("new-relic-key", "New Relic key", "NRAK- NRII-", r"NR(?:AK|II)-[A-Za-z0-9\-]{27,32}+", longest=37),
    _rule("notion-token", "Notion token", "ntn_", r"ntn_[A-Za-z0-9]{40,50}+", longest=54),
    _rule("planetscale-token", "PlanetScale token", "pscale_", r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=\-]{32,64}+"),
    _rule("perplexity-key", "Perplexity key", "pplx-", r"pplx-[A-Za-z0-9]{48}", longest=53),
    _rule("nvidia-key", "NVIDIA key", "nvapi-", r"nvapi-[A-Za-z0-9_\-]{60,70}+", longest=76),
    _rule("langsmith-key", "LangSmith key", "lsv2_", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}", longest=51),
    _rule("tavily-key", "Tavily key", "tvly-", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{20,40}+", longest=50),
    _rule("pulumi-token", "Pulumi token", "pul-", r"pul-[0-9a-f]{40}", longest=44),
    _rule("prefect-token", "Prefect token", "pnu_", r"pnu_[A-Za-z0-9]{36}", longest=40),
    _rule("artifactory-key", "Artifactory key", "AKCp", r"AKCp[A-Za-z0-9]{65,72}+", longest=76),
    _rule("octopus-key", "Octopus key", "API-", r"API-[A-Z0-9]{26}", longest=30),
    _rule("fly-token", "Fly.io token", "fo1_ fm1a_ fm1r_ fm2_",
          r"f(?:o1_[A-Za-z0-9_\-]{43}|m(?:1[ar]|2)_[A-Za-z0-9+/]{100,}+={0,3})", longest=2000),
    _rule("alibaba-key", "Alibaba access key id", "LTAI", r"LTAI[A-Za-z0-9]{16,20}", longest=24),
    _rule("tencent-key", "Tencent secret id", "AKID", r"AKID[A-Za-z0-9]{32}", longest=36),
    _rule("heroku-key", "Heroku key", "HRKU-AA", r"HRKU-AA[A-Za-z0-9_\-]{58}", longest=65),
    _rule("tailscale-key", "Tailscale key", "tskey-", r"tskey-[a-z]{3,9}+-[A-Za-z0-9]{10,}+(?:-[A-Za-z0-9]{20,}+)?"),
    _rule("figma-token", "Figma token", "figd_", r"figd_[A-Za-z0-9_\-]{38,44}+", longest=50),
    _rule("clojars-token", "Clojars token", "CLOJARS_", r"CLOJARS_[0-9a-f]{60}", longest=68),
    _rule("circleci-token", "CircleCI token", "CCIPAT_", r"CCIPAT_[A-Za-z0-9]{20,24}_[0-9a-f]{40}", longest=76),
    _rule("sourcegraph-token", "Sourcegraph token", "sgp_", r"sgp_(?:[A-Za-z0-9]{16}_)?[0-9a-f]{40}", longest=62),
    _rule("netlify-token", "Netlify token", "nfp_", r"nfp_[A-Za-z0-9]{36}", longest=40),
    _rule("supabase-key", "Supabase secret key", "sb_secret_", r"sb_secret_[A-Za-z0-9_\-]{30,50}+", longest=60),
    _rule("onepassword-token", "1Password token", "ops_eyJ", r"ops_eyJ[A-Za-z0-9+/]{200,}+={0,3}", longest=2000),
    _rule("openshift-token", "OpenShift token", "sha256~", r"sha256~[A-Za-z0-9_\-]{43}", longest=50),
    _rule("duffel-token", "Duffel token", "duffel_live_ duffel_test_",
          r"duffel_(?:live|test)_[A-Za-z0-9_\-=]{43}", longest=55),
    _rule("shippo-token", "Shippo token", "shippo_live_ shippo_test_",
          r"shippo_(?:live|test)_[0-9a-f]{40}", longest=52),
    _rule("easypost-key", "EasyPost key", "EZAK EZTK", r"EZ[AT]K[A-Za-z0-9]{54}", longest=58),
    _rule("posthog-key", "PostHog personal key", "phx_", r"phx_[A-Za-z0-9]{40,50}+", longest=54),
    _rule("mws-key", "Amazon MWS key", "amzn.mws.", r"amzn\.mws\.[0-9a-f\-]{36}", longest=45),
    _rule("plaid-token", "Plaid token", "access-production- access-development-",
          r"access-(?:production|development)-[0-9a-f\-]{36}", longest=55),
    _rule("adobe-secret", "Adobe client secret", "p8e-", r"p8e-[A-Za-z0-9]{32}", longest=36),
    _rule("age-secret-key", "age secret key", "AGE-SECRET-KEY-1",
          r"AGE-SECRET-KEY-1[A-Z0-9]{58}", longest=74),
    _rule("bitbucket-token", "Bitbucket app password", "ATBB ATCTT3",
          r"AT(?:BB[A-Za-z0-9]{32}|CTT3[A-Za-z0-9_\-=]{60,}+)"),
    _rule("azure-devops-token", "Azure DevOps token", "AZDO", r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}", longest=84),
    _rule("azure-sas", "signature of an Azure URL", "sig=",
          r"sig=(?=[A-Za-z0-9%/+]{42,64}(?:=|%3[dD]))[A-Za-z0-9%/+]{42,70}+=?", longest=76),
    _rule("firebase-key", "Firebase messaging key", "AAAA", r"AAAA[A-Za-z0-9_\-]{7}:[A-Za-z0-9_\-]{140}", longest=152),
    _rule("google-refresh-token", "Google refresh token", "1//0", r"1//0[A-Za-z0-9_\-]{60,}+"),
    _rule("buildkite-token", "Buildkite token", "bkua_", r"bkua_[0-9a-f]{40}", longest=45),
    _rule("typeform-token", "Typeform token", "tfp_", r"tfp_[A-Za-z0-9_.=\-]{40,59}", longest=63),
    _rule("readme-key", "ReadMe key", "rdme_", r"rdme_[a-z0-9]{70}", longest=75),
    _rule("adafruit-key", "Adafruit IO key", "aio_", r"aio_[A-Za-z0-9]{28}", longest=32),
    _rule("maxmind-key", "MaxMind license key", "_mmk", r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk", longest=40),
    _rule("contentful-token", "Contentful token", "CFPAT-", r"CFPAT-[A-Za-z0-9_\-]{43}", longest=49),
    _rule("hubspot-token", "HubSpot token", "pat-na1- pat-eu1- pat-na2-",
          r"pat-(?:na|eu)[0-9]-[0-9a-f]{8}-[0-9a-f\-]{27}", longest=44),
    _rule("cargo-token", "Cargo token", "cio", r"cio[A-Za-z0-9]{32}", longest=35),
    _rule("nuget-key", "NuGet key", "oy2", r"oy2[a-z0-9]{43}", longest=46),
    _rule("swarm-key", "Docker Swarm key", "SWMKEY-1-", r"SWMKEY-1-[A-Za-z0-9+/]{43}", longest=52),
    _rule("swarm-token", "Docker Swarm token", "SWMTKN-1-", r"SWMTKN-1-[a-z0-9]{50}-[a-z0-9]{25}", longest=85),
    _rule("sonar-token", "SonarQube token", "squ_ sqp_ sqa_", r"sq[upa]_[0-9a-f]{40}", longest=44),
    _rule("aiven-password", "Aiven password", "AVNS_", r"AVNS_[A-Za-z0-9_\-]{19}", longest=24),
    _rule("pinecone-key", "Pinecone key", "pcsk_", r"pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,64}+", longest=76),
    _rule("elevenlabs-key", "ElevenLabs key", "sk_", r"sk_[0-9a-f]{48}", longest=51),
    _rule("cerebras-key", "Cerebras key", "csk-", r"csk-[a-z0-9]{48}", longest=52),
    _rule("langfuse-key", "Langfuse key", "sk-lf-", r"sk-lf-[0-9a-f\-]{36}", longest=42),
    _rule("deepseek-key", "DeepSeek key", "sk-", r"sk-[0-9a-f]{32}", longest=35),
    _rule("e2b-key", "E2B key", "e2b_", r"e2b_[0-9a-f]{40}", longest=44),
    _rule("braintree-token", "Braintree token", "access_token$production$ production$",
          r"access_token\$production\$[0-9a-z]{16}\$[0-9a-f]{32}", longest=80),
    _rule("flutterwave-key", "Flutterwave key", "FLWSECK", r"FLWSECK(?:_TEST)?-[0-9a-zA-Z]{12,40}-X"),
    _rule("frameio-token", "Frame.io token", "fio-u-", r"fio-u-[A-Za-z0-9_=\-]{64}", longest=70),
    _rule("scalingo-token", "Scalingo token", "tk-us-", r"tk-us-[A-Za-z0-9_\-]{48}", longest=54),
    _rule("infracost-key", "Infracost key", "ico-", r"ico-[A-Za-z0-9]{32}", longest=36),
    _rule("yandex-key", "Yandex Cloud key", "AQVN", r"AQVN[A-Za-z0-9_\-]{35,38}", longest=42),
    _rule("dropbox-token", "Dropbox token", "sl.", r"sl\.(?:u\.)?[A-Za-z0-9_=\-]{130,}+", longest=2000),
    _rule("grafana-token", "Grafana key", "eyJrIjoi", r"eyJrIjoi[A-Za-z0-9]{60,400}+={0,3}+", longest=420),
    _rule("cloudflare-key", "Cloudflare origin key", "v1.0-", r"v1\.0-[0-9a-f]{24}-[0-9a-f]{146}", longest=180),
    _rule("twitter-token", "Twitter bearer token", "AAAAAAAAAAAAAAAAAAAAAA",
          r"A{22}[A-Za-z0-9%]{60,120}+", longest=150),
    _rule("launchdarkly-key", "LaunchDarkly key", "sdk-",
          r"sdk-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", longest=40),
)  # fmt: skip
