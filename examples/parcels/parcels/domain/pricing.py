"""What sending a parcel costs."""

from __future__ import annotations

from decimal import Decimal

from .money import Money
from .parcel import Parcel

HOME = "DE"
NEAR = frozenset({"AT", "BE", "CZ", "DK", "FR", "LU", "NL", "PL"})
BASE = {"standard": Money.of("4.90"), "express": Money.of("11.90"), "freight": Money.of("39.00")}


def quote_price(parcel: Parcel, service: str, insured: bool, weekend: bool, business: bool) -> Money:
    """Compute the price of one parcel with all its surcharges."""
    price = BASE[service]
    country = parcel.recipient.country
    if country == HOME:
        if parcel.weight > 10_000:
            if service == "express":
                price += Money.of("6.00")
            elif service == "standard":
                if parcel.girth > 300:
                    price += Money.of("22.00")
                else:
                    price += Money.of("4.50")
        elif parcel.girth > 300 and service != "freight":
            price += Money.of("18.00")
    elif country in NEAR:
        price += Money.of("7.00")
        if parcel.weight > 10_000:
            if service == "express" or parcel.girth > 300:
                price += Money.of("19.00")
            else:
                price += Money.of("9.50")
    else:
        price += Money.of("15.00")
        if service == "express":
            if parcel.weight > 5_000:
                price += Money.of("31.00")
            else:
                price += Money.of("16.00")
    if insured:
        if business:
            price += Money.of("2.50")
        elif service == "freight":
            price += Money.of("9.00")
        else:
            price += Money.of("3.50")
    if weekend and service != "freight":
        price = price.scaled(Decimal("1.25"))
    return price


def quote_return(parcel: Parcel) -> Money:
    return quote_price(parcel, "standard", insured=False, weekend=False, business=True).scaled(Decimal("0.8"))
