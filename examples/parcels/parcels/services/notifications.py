"""Messages to the people who wait for a parcel."""

from __future__ import annotations

import logging
from pathlib import Path

import jinja2
import phonenumbers

from ..domain.addresses import Address
from . import subscriptions

log = logging.getLogger(__name__)

TEMPLATES = Path(__file__).parents[2] / "templates"
mail_templates = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=False)


def announce(number: str, text: str) -> int:
    """Send a text to everyone who follows a parcel, and say how many messages went out."""
    sent = 0
    for recipient, channels in subscriptions.subscribers(number):
        for channel in channels:
            log.info("%s to %s by %s: %s", number, recipient, channel)
            sent += 1
    log.debug("%s: %s", number, text)
    return sent


def render_mail(number: str, greeting: str, address: Address) -> str:
    """Set the HTML of one message."""
    template = mail_templates.get_template("mail.html")
    return template.render(number=number, greeting=greeting, address=address_block(address))


def address_block(address: Address) -> str:
    """Set an address in lines, as it is printed."""
    lines = [address.name.strip()]
    for part in address.street.split(","):
        cleaned = " ".join(part.split())
        if cleaned:
            lines.append(cleaned)
    if address.country == "NL":
        lines.append(f"{address.postcode.replace(' ', '')}  {address.city.upper()}")
    elif address.country in {"DE", "AT"}:
        lines.append(f"{address.postcode} {address.city}")
    else:
        lines.append(f"{address.country}-{address.postcode} {address.city}")
    width = max(len(line) for line in lines)
    return "\n".join(line.ljust(width) for line in lines)


def mobile_number(text, country):
    number = phonenumbers.parse(text, country)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
