"""More credentials in forms of their own: those of smaller services, as data.

Prefixes, alphabets and lengths are facts that the providers document and that the rules of gitleaks (MIT) list as well.
"""

from __future__ import annotations

from .secret_form import Provider, rule

MORE_PROVIDERS: tuple[Provider, ...] = (
    rule("gitlab-token", "GitLab token", "glwt- glrtr-", r"gl(?:wt|rtr)-[A-Za-z0-9_.\-]{20,}+"),
    rule("planetscale-key", "PlanetScale key", "pscale_",
          r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=\-]{32,64}", longest=78),
    rule("nebula-key", "Defined Networking key", "dnkey-", r"dnkey-[A-Z2-7a-z0-9_=\-]{26}-[A-Za-z0-9_=\-]{52}"),
    rule("notion-token", "Notion token", "ntn_", r"ntn_[A-Za-z0-9]{40,60}+", longest=64),
    rule("settlemint-token", "SettleMint token", "sm_pat_ sm_aat_ sm_sat_",
          r"sm_(?:pat|aat|sat)_[A-Za-z0-9]{16}", longest=23),
    rule("together-key", "Together AI key", "tgp_v1_", r"tgp_v1_[A-Za-z0-9_\-]{43}", longest=50),
    rule("llamacloud-key", "LlamaCloud key", "llx-", r"llx-[A-Za-z0-9_\-]{48}", longest=52),
    rule("bitbucket-token", "Bitbucket server token", "BBDC-", r"BBDC-[A-Za-z0-9+/_\-]{40,44}+", longest=50),
    rule("intra42-secret", "Intra42 secret", "s-s4t2", r"s-s4t2(?:ud|af)-[0-9a-f]{64}", longest=73),
    rule("clickhouse-key", "ClickHouse Cloud key", "4b1d", r"4b1d[A-Za-z0-9]{38}", longest=42),
    rule("huggingface-token", "Hugging Face organisation token", "api_org_", r"api_org_[A-Za-z]{34}", longest=42),
    rule("artifactory-token", "Artifactory reference token", "cmVmdGtu",
          r"cmVmdGtu[A-Za-z0-9]{56}", longest=64),
    rule("shopify-token", "Shopify token", "shptka_", r"shptka_[0-9a-fA-F]{32}", longest=39),
    rule("akamai-key", "Akamai token", "akab-", r"akab-[a-z0-9]{16}-[a-z0-9]{16}", longest=38),
    rule("doppler-token", "Doppler token", "dp.ct. dp.sa. dp.scim. dp.audit.",
          r"dp\.(?:ct|sa|scim|audit)\.[A-Za-z0-9]{40,44}", longest=56),
    rule("appsync-key", "AWS AppSync key", "da2-", r"da2-[a-z0-9]{26}", longest=30),
    rule("render-key", "Render key", "rnd_", r"rnd_[A-Za-z0-9]{32}", longest=36),
    rule("neon-key", "Neon key", "napi_", r"napi_[a-z0-9]{60,70}+", longest=76),
    rule("aws-bedrock-key", "Amazon Bedrock key", "bedrock-api-key-",
          r"bedrock-api-key-[A-Za-z0-9+/]{40,}+={0,2}", longest=2000),
    rule("mapbox-token", "Mapbox secret token", "sk.eyJ", r"sk\.eyJ[A-Za-z0-9_\-]{30,}+\.[A-Za-z0-9_\-]{20,}+"),
    rule("endor-key", "Endor Labs key", "endr+", r"endr\+[A-Za-z0-9\-]{16}", longest=21),
    rule("new-relic-key", "New Relic key", "NRJS- NRBR-", r"NR(?:JS|BR)-[0-9a-f]{19,20}", longest=25),
    rule("harness-token", "Harness token", "pat. sat.",
          r"[ps]at\.[A-Za-z0-9_\-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}", longest=74),
    rule("lob-key", "Lob key", "live_", r"live_[0-9a-f]{35}", longest=40),
    rule("onepassword-key", "1Password secret key", "A3-",
          r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}", longest=45),
    rule("nats-seed", "NATS seed", "SUA SAA SOA", r"S[UAO]A[A-Z2-7]{55}", longest=58),
    rule("cloudflare-token", "Cloudflare token", "cfat_ cfut_ cfk_", r"cf(?:at|ut|k)_[A-Za-z0-9]{40}[0-9a-f]{8}",
          longest=53),
    rule("instagram-token", "Instagram token", "IGQVJ", r"IGQVJ[A-Za-z0-9_\-]{100,}+", longest=400),
    rule("authress-key", "Authress key", ".acc",
          r"(?:sc|ext|scauth|authress)_[a-z0-9]{5,30}+\.[a-z0-9]{4,6}+\.acc[_\-][a-z0-9\-]{10,32}+\.[A-Za-z0-9+/_=\-]{30,120}+"),
    rule("runpod-key", "RunPod key", "rpa_", r"rpa_[A-Z0-9]{36,46}+", longest=50),
    rule("fireworks-key", "Fireworks key", "fw_", r"fw_[A-Za-z0-9]{24}", longest=27),
    rule("cal-key", "Cal.com key", "cal_live_", r"cal_live_[0-9a-f]{32}", longest=41),
    rule("browserbase-key", "Browserbase key", "bb_live_", r"bb_live_[A-Za-z0-9_\-]{27}", longest=35),
    rule("ory-token", "Ory token", "ory_pat_ ory_st_ ory_at_", r"ory_(?:pat|st|at)_[A-Za-z0-9_\-]{32,}+", longest=100),
    rule("vercel-token", "Vercel token", "vcp_ vci_ vca_ vcr_ vck_", r"vc[piark]_[A-Za-z0-9_\-]{56}", longest=60),
    rule("xata-key", "Xata key", "xau_", r"xau_[A-Za-z0-9]{40,50}+", longest=54),
)  # fmt: skip
