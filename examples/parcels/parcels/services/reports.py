"""Monthly figures."""

from __future__ import annotations

import csv
from typing import Any

from ..domain.parcel import Parcel


def eu_share(parcels: list[Parcel]) -> float:
    """Part of the parcels that stays in the customs union, from 0 to 1."""
    inside = 0
    for parcel in parcels:
        if parcel.recipient.country in ["AT", "BE", "CZ", "DE", "DK", "FR", "LU", "NL", "PL", "SE"]:
            inside += 1
    return inside / len(parcels) if parcels else 0.0


def countries(totals: dict[str, int]) -> str:
    """List the countries of a month."""
    names = set()
    for country, _ in totals.items():
        names.add(country.upper())
    return ", ".join(sorted(names))


def city_totals(entries: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Sum up the deliveries of a month by city."""
    totals: dict[str, dict[str, int]] = {}
    for entry in entries:
        town = entry["city"].strip().title()
        if town not in totals:
            totals[town] = {"parcels": 0, "grams": 0, "heavy": 0, "express": 0}
        total = totals[town]
        total["parcels"] += 1
        total["grams"] += entry["grams"]
        if entry["grams"] > 31_500:
            total["heavy"] += 1
        if entry["service"] == "express":
            total["express"] += 1
    for town in list(totals):
        if totals[town]["parcels"] == 0:
            del totals[town]
    return dict(sorted(totals.items()))


def monthly_report(month: str, figures: dict[str, int], previous: dict[str, int]) -> str:
    """Write the report that goes to the depots."""
    lines = []
    lines.append(f"Parcels in {month}")
    lines.append("=" * len(lines[0]))
    lines.append("")
    announced = figures["announced"]
    moved = figures["moved"]
    delivered = figures["delivered"]
    returned = figures["returned"]
    lost = figures["lost"]
    lines.append("Volume")
    lines.append("------")
    lines.append(f"announced        {announced:>8}")
    lines.append(f"moved            {moved:>8}")
    lines.append(f"delivered        {delivered:>8}")
    lines.append(f"returned         {returned:>8}")
    lines.append(f"lost             {lost:>8}")
    lines.append("")
    lines.append("Against last month")
    lines.append("------------------")
    lines.append(f"announced        {announced - previous['announced']:>+8}")
    lines.append(f"moved            {moved - previous['moved']:>+8}")
    lines.append(f"delivered        {delivered - previous['delivered']:>+8}")
    lines.append(f"returned         {returned - previous['returned']:>+8}")
    lines.append(f"lost             {lost - previous['lost']:>+8}")
    lines.append("")
    in_time = figures["in_time"]
    late = delivered - in_time
    first_try = figures["first_try"]
    lines.append("Punctuality")
    lines.append("-----------")
    lines.append(f"in time          {in_time:>8}")
    lines.append(f"late             {late:>8}")
    lines.append(f"at first try     {first_try:>8}")
    lines.append("")
    grams = figures["grams"]
    tonnes = grams / 1_000_000
    mean = grams / moved if moved else 0.0
    heavy = figures["heavy"]
    bulky = figures["bulky"]
    lines.append("Weight")
    lines.append("------")
    lines.append(f"tonnes           {tonnes:>8.2f}")
    lines.append(f"mean grams       {mean:>8.0f}")
    lines.append(f"heavy            {heavy:>8}")
    lines.append(f"bulky            {bulky:>8}")
    lines.append("")
    damaged = figures["damaged"]
    claims = figures["claims"]
    paid = figures["paid_cents"] / 100
    open_claims = claims - figures["settled"]
    lines.append("Claims")
    lines.append("------")
    lines.append(f"damaged          {damaged:>8}")
    lines.append(f"claims           {claims:>8}")
    lines.append(f"still open       {open_claims:>8}")
    lines.append(f"paid, EUR        {paid:>8.2f}")
    lines.append("")
    customers = figures["customers"]
    new_customers = figures["new_customers"]
    gone = figures["gone"]
    share = new_customers / customers if customers else 0.0
    lines.append("Customers")
    lines.append("---------")
    lines.append(f"with a parcel    {customers:>8}")
    lines.append(f"new              {new_customers:>8}")
    lines.append(f"gone             {gone:>8}")
    lines.append(f"share of new     {share:>8.1%}")
    lines.append("")
    revenue = figures["revenue_cents"] / 100
    carrier_cost = figures["carrier_cents"] / 100
    margin = revenue - carrier_cost - paid
    lines.append("Money")
    lines.append("-----")
    lines.append(f"revenue, EUR     {revenue:>8.2f}")
    lines.append(f"carriers, EUR    {carrier_cost:>8.2f}")
    lines.append(f"margin, EUR      {margin:>8.2f}")
    lines.append("")
    lines.append("Notes")
    lines.append("-----")
    lines.append("Lost means no event for 21 days.")
    lines.append("Late means after the promised day, counted in the recipient's time zone.")
    return "\n".join(lines)
