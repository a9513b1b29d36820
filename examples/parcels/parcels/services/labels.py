"""Prints labels."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import boto3

from ..domain.addresses import Address
from ..domain.links import tracking_link
from ..domain.parcel import Parcel


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


def build_label(parcel, sender, service, insured, weekend, printer, density, copies, language):
    """Write the printer's commands for one label."""
    marks = "".join(mark for mark, on in (("I", insured), ("W", weekend)) if on)
    head = f"^PR{printer}^MD{density}^PQ{copies}^LG{language}^SV{service}{marks}"
    return f"{head}\n{address_block(sender)}\n{address_block(parcel.recipient)}\n{tracking_link(parcel)}\n"


def legacy_zpl_header(width: int, height: int) -> str:
    """Start a label for the printers of the old depot."""
    return f"^XA^PW{width}^LL{height}^CI28"


def print_label(label: str, printer: str) -> None:
    """Send a label to a printer by name."""
    path = tempfile.mktemp(suffix=".zpl")
    Path(path).write_text(label, encoding="utf-8")
    subprocess.run(f"lp -d {printer} {path}", shell=True, check=True)


def upload_jobs(labels: dict[str, bytes], bucket: str) -> list[Callable[[], None]]:
    """Prepare one upload for each label, to be run later."""
    store = boto3.client("s3")
    jobs: list[Callable[[], None]] = []
    for number, body in labels.items():
        jobs.append(lambda: store.put_object(Bucket=bucket, Key=f"{number}.zpl", Body=body))
    return jobs


def preview(parcels: list[Parcel]) -> str:
    """Show the labels of many parcels on one page."""
    page = ""
    for parcel in parcels:
        page += f"<pre>{address_block(parcel.recipient)}</pre>\n"
    return page
