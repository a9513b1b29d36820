"""Keys that are only hexadecimal digits, or a UUID: the name of who gave them out tells what they are.

The digits are looked for first, and a name only on their line: the time is in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .secret_values import entropy, stands_in

VENDORS = (
    "adafruit adyen ahrefs airtable algolia alchemy amplitude apollo artifactory asana auth0 beamer bitbucket "
    "bitly bittrex buildkite bugsnag circleci clearbit cloudant cloudflare cloudinary codacy codecov coinbase "
    "coinmarketcap confluent contentful coveralls datadog digitalocean discord docusign doppler droneci dropbox "
    "etherscan eventbrite facebook fastly finicity finnhub flickr foursquare freshbooks freshdesk fullcontact "
    "gcloud ghe ghp giphy git github gitlab gitter godaddy gumroad helpscout heroku hipchat honeybadger honeycomb "
    "hunterio infura instagram intercom ipinfo ipstack iterable jenkins jira jumpcloud klaviyo kraken kucoin "
    "lastfm launchdarkly linear linkedin linode lokalise looker mailchimp mailgun mailjet mandrill mapbox "
    "mapquest marvel mattermost meraki messagebird mixpanel monday moralis nasa netlify newrelic nexmo newsapi "
    "notion npm nytimes okta omdb onesignal opencage opsgenie openweather openweathermap optimizely pagerduty "
    "papertrail paypal pingdom pinterest pipedrive plaid planetscale polygon postman postmark prismic pusher "
    "quandl rapidapi raygun recaptcha riot rollbar salesforce scaleway segment sendbird sendgrid sentry shodan "
    "shopify sidekiq slack snyk softlayer sonar sonarcloud sonarqube sourcegraph splunk spotify square "
    "squarespace stackhawk statuspage steam strava stripe sumologic supabase surge telegram tiingo tmdb todoist "
    "travis travisci trello tumblr twilio twitch twitter typeform unsplash vercel virustotal vonage vultr "
    "wakatime weather weatherstack webflow woocommerce yelp youtube zapier zendesk zenhub zoom"
)
VALUE = re.compile(
    r"(?<![\w+/.\-$#@])(?:(?:[0-9a-f]{32}|[0-9A-F]{32})[0-9a-fA-F]{0,32}+"
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})(?![\w+/\-])"
)
DIGITS = bytes(48 if chr(code) in "0123456789abcdefABCDEF-" else 32 for code in range(256))
RUN = b"0" * 32
SIZES = frozenset({32, 36, 37, 38, 40, 48, 56, 64})
NEAR = 100
"""Characters before the digits."""
NAMED = re.compile(
    rf"(?<![a-z0-9])(?:sl[_\-]?(?:api[_\-]?)?(?:key|token|pass(?:word)?)|gh_?pat|(?:{VENDORS.replace(' ', '|')})"
    r"(?![a-z])[\w.\- ]{0,24}?(?:key|token|login|pat|oauth|secret|auth|pass(?:word)?))[\"'`\])]{0,3}"
    r"[ \t]{0,8}(?::=|=>|[:=,]|[ \t])[ \t]{0,8}[\"'`(]{0,2}$"
)
"""For small letters, up to the digits."""
PUBLIC = re.compile(
    r"public|publishable|hash|sha\d|md5|digest|checksum|commit|revision|fingerprint|site|[_\-. ]id"
)


def vendor_keys(text: str, runs: str) -> Iterator[tuple[int, int]]:
    """Where such keys stand; `runs` are the long words of `text`: mostly there is none of its kind among them."""
    if RUN not in runs.encode("ascii", "replace").translate(DIGITS):
        return
    for value in VALUE.finditer(text):
        if value.end() - value.start() not in SIZES:
            continue
        first = max(
            text.rfind("\n", max(0, value.start() - NEAR), value.start()) + 1, value.start() - NEAR, 0
        )
        named = NAMED.search(text[first : value.start()].lower())
        if named is None or PUBLIC.search(named.group()):
            continue
        if not stands_in(value.group()) and entropy(value.group().lower()) >= 3.0:
            yield value.span()
