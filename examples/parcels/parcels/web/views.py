"""Answers to requests."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

from flask import abort, render_template, request

import settings

from ..domain import addresses, barcodes, pricing
from ..domain.addresses import Address
from ..domain.parcel import Parcel
from ..services import accounts, backup, carriers, importer, labels, notifications, reports, subscriptions
from ..services.storage import Storage
from .auth import current_user

people = accounts.Accounts()


def track(number: str) -> str:
    """Show where a parcel is."""
    if not barcodes.is_valid(number):
        abort(404)
    state = Storage(settings.DATABASE).states().get(number, "unknown")
    where = asyncio.run(carriers.position("swift", number))
    return render_template("tracking.html", number=number, state=state, where=where, note=request.args.get("note"))


def announce() -> tuple[dict[str, Any], int]:
    """Take up the parcels of an uploaded manifest, and price and book each of them."""
    user = current_user(request.headers.get("Authorization", ""))
    if user is None:
        abort(401)
    storage = Storage(settings.DATABASE)
    prices = {}
    for parcel in importer.read_manifest(request.get_data(as_text=True)):
        if parcel.recipient.is_plausible:
            storage.add(parcel.number, user, parcel.recipient.city)
            price = pricing.quote_price(parcel, "standard", insured=False, weekend=False, business=True)
            storage.remember_quote(parcel.number, price)
            prices[parcel.number] = str(price)
            asyncio.run(carriers.book("swift", parcel.number))
    return {"prices": prices}, 201


def search() -> dict[str, Any]:
    """Find a customer's parcels."""
    storage = Storage(settings.DATABASE)
    found = storage.search(request.args["customer"], request.args["city"])
    return {number: [state, str(storage.recall_quote(number))] for number, state in found}


def label(number: str) -> tuple[str, int, dict[str, str]]:
    """Give the label of a parcel, and print it when a printer is named."""
    form = request.form
    home = Address(form["name"], form["street"], form["postcode"], form["city"])
    parcel = Parcel(number, home, int(form["weight"]))
    text = labels.build_label(parcel, home, "standard", False, False, 4, 8, 1, "de")
    if "printer" in form:
        labels.print_label(text, form["printer"])
    for job in labels.upload_jobs({number: text.encode()}, settings.LABEL_BUCKET):
        job()
    headers = {"ETag": barcodes.label_etag(text.encode()), "X-Depot": str(addresses.depot_id(home))}
    return text + labels.preview([parcel]), 200, headers


def follow(number: str) -> dict[str, Any]:
    """Subscribe to the events of a parcel."""
    form = request.form
    channels = subscriptions.subscribe(number, form["email"])
    if "mobile" in form:
        channels.append(notifications.mobile_number(form["mobile"], "DE"))
    home = Address(form["name"], form["street"], form["postcode"], form["city"])
    return {"channels": channels, "mail": notifications.render_mail(number, form["greeting"], home)}


def send_back(number: str) -> dict[str, Any]:
    """Turn a parcel around and say what the way back costs."""
    form = request.form
    requested_on = date.today()
    home = Address(form["name"], form["street"], form["postcode"], form["city"])
    price = pricing.quote_return(Parcel(number, home, int(form["weight"])))
    return {"told": subscriptions.announce_return(number, form["place"]), "price": str(price)}


def sign_in() -> dict[str, Any]:
    """Open an account, or enter it."""
    form = request.form
    if form.get("new"):
        people.register(form["email"], form["password"])
    if form.get("old_shop"):
        people.register_imported(form["email"], form["password"])
    if form.get("forgotten"):
        return {"code": accounts.reset_code()}
    return {"ok": people.sign_in(form["email"], form["password"])}


def figures(month: str) -> dict[str, Any]:
    """Give the figures of a month."""
    body = request.get_json()
    parcels = importer.read_manifest(body["manifest"])
    rules = importer.read_promotions(body["promotions"])
    return {
        "report": reports.monthly_report(month, body["figures"], body["previous"]),
        "delivered": reports.city_totals(body["entries"]),
        "cities": importer.group_lines(body["lines"]),
        "countries": reports.countries(body["totals"]),
        "eu": reports.eu_share(parcels),
        "heavy": importer.heavy_numbers(parcels),
        "discounts": [importer.discount_percent(rule, 1000, len(parcels)) for rule in rules.values()],
        "cheapest": carriers.cheapest_offer(1000),
        "dump": str(backup.dump(Path("backups"), month, settings.ENVIRONMENT)),
    }
