"""Invented values for the labelled sentences: every one is made here from a seeded generator, none is anybody's."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable

Make = Callable[[random.Random], str]

NAMES = [
    "ines.ferreira",
    "tbaer",
    "okafor",
    "l_nguyen",
    "mara.k",
    "j.o-hara",
    "p.singh92",
    "dana",
    "x.chen",
    "k.voss",
    "bo",
    "info.desk",
    "r2",
]
HOSTS = [
    "mail.com",
    "parcel.example",
    "post.example.org",
    "uni-sud.edu",
    "web.de",
    "kontor.example",
    "co.example.net",
    "firma.io",
]
STREETS = [
    "Maple",
    "Oak Hill",
    "Second",
    "Lincoln",
    "Cedar Ridge",
    "Washington",
    "Elm",
    "Birch Grove",
    "Old Mill",
    "Sunset",
]
ENDS = [
    "Street",
    "St",
    "St.",
    "Avenue",
    "Ave",
    "Road",
    "Rd",
    "Lane",
    "Drive",
    "Dr",
    "Blvd",
    "Court",
    "Way",
    "Place",
    "Terrace",
    "Boulevard",
]
CITIES = [
    "Springfield, IL 62704",
    "Dayton, OH 45402",
    "Fort Lee, NJ 07024",
    "Austin, TX 78701-2213",
    "Salem, OR 97301",
]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
IBANS = {"DE": 18, "FR": 23, "ES": 20, "IT": 23, "NL": 14, "GB": 18, "CH": 17, "PL": 24, "BE": 12, "SE": 20}


def digits(rng: random.Random, count: int, first: str = "0123456789") -> str:
    """`count` digits, the first of them one of `first`."""
    return rng.choice(first) + "".join(rng.choice("0123456789") for _ in range(count - 1))


def luhn(body: str) -> str:
    """`body` with its Luhn check digit (ISO/IEC 7812-1)."""
    total = 0
    for place, char in enumerate(reversed(body)):
        doubled = int(char) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return body + str(-total % 10)


def grouped(text: str, sizes: tuple[int, ...], mark: str) -> str:
    """`text` cut in groups of `sizes`, joined by `mark`."""
    pieces, start = [], 0
    for size in sizes:
        pieces.append(text[start : start + size])
        start += size
    return mark.join(pieces)


def fours(text: str, mark: str = " ") -> str:
    """`text` in groups of four."""
    return mark.join(text[place : place + 4] for place in range(0, len(text), 4))


def email(rng: random.Random) -> str:
    return f"{rng.choice(NAMES)}@{rng.choice(HOSTS)}"


def card(rng: random.Random) -> str:
    return luhn(rng.choice(["4", "51", "53", "2221", "6011", "35"]).ljust(15, "0")[:4] + digits(rng, 11))


def amex(rng: random.Random) -> str:
    return luhn(rng.choice(["34", "37"]) + digits(rng, 12))


def ssn(rng: random.Random, mark: str = "-") -> str:
    area = rng.choice([number for number in range(1, 900) if number != 666])
    return f"{area:03}{mark}{rng.randint(1, 99):02}{mark}{rng.randint(1, 9999):04}"


def iban(rng: random.Random) -> str:
    country = rng.choice(sorted(IBANS))
    lead = "".join(rng.choice("ABCDGKNW") for _ in range(4)) if country in {"NL", "GB"} else ""
    body = lead + digits(rng, IBANS[country] - len(lead))
    number = "".join(str(int(char, 36)) for char in f"{body}{country}00")
    return f"{country}{98 - int(number) % 97:02}{body}"


def v4(rng: random.Random) -> str:
    first = rng.choice([10, 192, 172, 203, 198, 8, 85, 141])
    return f"{first}.{rng.randint(0, 255)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}"


def v6(rng: random.Random) -> str:
    return rng.choice(["2001:db8::", "fe80::", "2a02:8109:", "fd12:3456::"]).replace(
        "2a02:8109:", "2a02:8109::"
    ) + (f"{rng.randint(1, 65535):x}:{rng.randint(1, 65535):x}")


def v6full(rng: random.Random) -> str:
    return "2001:0db8:" + ":".join(f"{rng.randint(0, 65535):04x}" for _ in range(6))


def us(rng: random.Random) -> str:
    area, middle, last = digits(rng, 3, "23456789"), digits(rng, 3, "23456789"), digits(rng, 4)
    return rng.choice([f"{area}-{middle}-{last}", f"({area}) {middle}-{last}", f"+1 {area} {middle} {last}"])


def intl(rng: random.Random) -> str:
    made = [
        f"+44 20 7946 {digits(rng, 4)}",
        f"+49 30 {digits(rng, 7, '123456789')}",
        f"+33 1 {fours(digits(rng, 8))}",
        f"+34 6{digits(rng, 2)} {digits(rng, 3)} {digits(rng, 3)}",
        f"+91 {digits(rng, 5, '6789')} {digits(rng, 5)}",
        f"+31-6-{digits(rng, 8)}",
        f"+61 4{digits(rng, 2)} {digits(rng, 3)} {digits(rng, 3)}",
        f"+55 (11) 9{digits(rng, 4)}-{digits(rng, 4)}",
        f"+1 ({digits(rng, 3, '23456789')}) 555-{digits(rng, 4)}",
        f"+44 (0)161 496 {digits(rng, 4)}",
        f"+353 1 {digits(rng, 3, '3456')} {digits(rng, 4)}",
    ]
    return rng.choice(made)


def address(rng: random.Random) -> str:
    unit = rng.choice(["", "", ", Apt 4B", " Suite 210", " #12"])
    north = rng.choice(["", "", "N ", "West "])
    return f"{rng.randint(1, 9999)} {north}{rng.choice(STREETS)} {rng.choice(ENDS)}{unit}"


def birth(rng: random.Random, mark: str = "/") -> str:
    return f"{rng.randint(1, 12):02}{mark}{rng.randint(1, 12):02}{mark}{rng.randint(1930, 2009)}"


def spoken(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.choice(MONTHS), rng.randint(1930, 2009)
    return rng.choice([f"{month} {day}, {year}", f"{day} {month} {year}", f"{day} {month[:3]} {year}"])


def hexes(count: int) -> Make:
    return lambda rng: "".join(rng.choice("0123456789abcdef") for _ in range(count))


def number(count: int, first: str = "0123456789", before: str = "") -> Make:
    return lambda rng: before + digits(rng, count, first)


def wrong_luhn(rng: random.Random) -> str:
    right = card(rng)
    return right[:-1] + str((int(right[-1]) + rng.randint(1, 9)) % 10)


def fill(shape: str) -> Make:
    """A value with a digit for every `0` and a letter for every `A` of `shape`; `Ø` is a zero."""
    some = {"0": "0123456789", "A": "BCFHKLMNPRTXZ", "Ø": "0"}
    return lambda rng: "".join(rng.choice(some.get(char, char)) for char in shape)


def house(shape: str) -> Make:
    """An address with a digit for every `0` of `shape`, and its letters as they are."""
    return lambda rng: "".join(rng.choice("123456789") if char == "0" else char for char in shape)


def one(*makers: Make) -> Make:
    return lambda rng: rng.choice(makers)(rng)


PERSONAL: dict[str, Make] = {
    "EMAIL": email,
    "EMAIL.plus": lambda rng: f"{rng.choice(NAMES)}+{rng.choice(['news', 'x1'])}@{rng.choice(HOSTS)}",
    "EMAIL.pct": lambda rng: email(rng).replace("@", "%40"),
    "EMAIL.ent": lambda rng: email(rng).replace("@", rng.choice(["&#64;", "&#x40;"])),
    "EMAIL.json": lambda rng: email(rng).replace("@", "\\u0040"),
    "EMAIL.sub": lambda rng: email(rng).replace("@", "@mx.intern."),
    "PHONE.us": us,
    "PHONE.usp": lambda rng: f"({digits(rng, 3, '23456789')}) 555-{digits(rng, 4)}",
    "PHONE.usdot": lambda rng: f"{digits(rng, 3, '23456789')}.555.{digits(rng, 4)}",
    "PHONE.ext": lambda rng: (
        f"{digits(rng, 3, '23456789')}-555-{digits(rng, 4)} {rng.choice(['x', 'ext. '])}{digits(rng, 3)}"
    ),
    "PHONE.intl": intl,
    "PHONE.e164": lambda rng: rng.choice(["+141555", "+4479460", "+336123", "+9198765"]) + digits(rng, 5),
    "PHONE.zz": lambda rng: f"0044 20 7946 {digits(rng, 4)}",
    "PHONE.de": one(
        fill("Ø30 1000000"),
        fill("Ø171/1000000"),
        fill("Ø89-200000"),
        fill("(Ø221) 400000"),
        fill("Ø151 23400000"),
    ),
    "PHONE.fr": one(fill("Ø1 40 00 00 00"), fill("Ø6.10.00.00.00"), fill("Ø7 60 00 00 00")),
    "PHONE.frbare": fill("Ø610000000"),
    "PHONE.debare": fill("Ø1710000000"),
    "PHONE.uk": one(
        fill("Ø20 7946 0000"), fill("Ø7700 900000"), fill("(Ø161) 496 0000"), fill("Ø1632 960000")
    ),
    "PHONE.au": one(fill("Ø412 000 000"), fill("(Ø2) 9000 0000")),
    "PHONE.es": one(fill("612 000 000"), fill("91 100 00 00")),
    "PHONE.it": one(fill("Ø6 1000 0000"), fill("347 100 0000")),
    "PHONE.jp": one(fill("Ø3-3000-0000"), fill("Ø90-1000-0000")),
    "PHONE.br": fill("(11) 90000-0000"),
    "PHONE.in": fill("98100 00000"),
    "PHONE.cn": fill("138 0000 0000"),
    "PHONE.bare": fill("4155550000"),
    "PHONE.local": fill("555-0000"),
    "SSN": ssn,
    "SSN.space": lambda rng: ssn(rng, " "),
    "SSN.bare": lambda rng: ssn(rng, ""),
    "SSN.dash": lambda rng: ssn(rng, "–"),
    "CREDIT_CARD": card,
    "CREDIT_CARD.sp": lambda rng: fours(card(rng)),
    "CREDIT_CARD.da": lambda rng: fours(card(rng), "-"),
    "CREDIT_CARD.am": amex,
    "CREDIT_CARD.amsp": lambda rng: grouped(amex(rng), (4, 6, 5), " "),
    "CREDIT_CARD.wide": lambda rng: card(rng).translate({48 + value: 0xFF10 + value for value in range(10)}),
    "IBAN": iban,
    "IBAN.sp": lambda rng: fours(iban(rng)),
    "IBAN.low": lambda rng: iban(rng).lower(),
    "IP.v4": v4,
    "IP.v6": v6,
    "IP.v6full": v6full,
    "ADDRESS.us": address,
    "ADDRESS.usfull": lambda rng: f"{address(rng)}, {rng.choice(CITIES)}",
    "ADDRESS.uslow": lambda rng: f"{address(rng)}, {rng.choice(CITIES)}".lower(),
    "ADDRESS.uk": one(
        house("10 Station Road, Leeds LS1 0QA"),
        house("20B Baker Street, London NW1 0XE"),
        house("3 The Green, Bath BA2 0QB"),
    ),
    "ADDRESS.de": one(
        house("Hauptstraße 10, 10115 Berlin"),
        house("Lindenweg 3a, 50667 Köln"),
        house("Berliner Str. 20"),
        house("Am Ring 40"),
    ),
    "ADDRESS.fr": one(
        house("10 rue de la Paix, 75002 Paris"),
        house("20 bis avenue Jean Jaurès, 69007 Lyon"),
        house("3 boulevard Voltaire"),
    ),
    "ADDRESS.es": one(
        house("Calle Mayor 20, 28013 Madrid"), house("Avenida de la Luz, 30"), house("Plaza Nueva 4")
    ),
    "ADDRESS.it": one(
        house("Via Roma 10, 20121 Milano"), house("Corso Italia 20"), house("Piazza Garibaldi, 4")
    ),
    "ADDRESS.nl": one(house("Kerkstraat 10, 1017 AA Amsterdam"), house("Singel 200"), house("Molenlaan 30")),
    "ADDRESS.pt": one(house("Rua das Flores 100, 4050-262 Porto"), house("Avenida Central, 200")),
    "ADDRESS.po": one(house("P.O. Box 1000"), house("PO Box 200, Dayton, OH 45402")),
    "MRN": one(fill("00100000"), fill("A1000000"), fill("100000"), fill("83-40-21-0")),
    "MRN.pure": fill("00100000"),
    "PATIENT_ID": one(fill("P-10000"), fill("PT200000"), fill("400100"), fill("A-2000-10")),
    "PATIENT_ID.pure": fill("P-10000"),
    "DOB": birth,
    "DOB.dot": lambda rng: birth(rng, "."),
    "DOB.iso": lambda rng: f"{rng.randint(1930, 2009)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
    "DOB.text": spoken,
    "PASSPORT": one(
        fill("A10000000"), fill("100000000"), fill("AA1000000"), fill("C01A00A40"), fill("20AA00000")
    ),
    "PASSPORT.us": fill("500000000"),
}
"""Slots with personal data; the kind stands before the point."""

HARMLESS: dict[str, Make] = {
    "uuid": lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "sha": hexes(40),
    "short": hexes(7),
    "sha256": hexes(64),
    "md5": hexes(32),
    "half": hexes(16),
    "epoch": fill("1700000000"),
    "epochms": fill("1700000000000"),
    "version": one(fill("3.10.0"), fill("2026.10.1"), fill("0.0.4rc1")),
    "version4": one(fill("1.2.3.4"), fill("10.0.0.12"), fill("4.8.1.0")),
    "part": one(fill("AA-1000-00"), fill("100-2000-300A"), fill("A1000000"), fill("7-400-10000")),
    "order": one(fill("100-2000000"), fill("10000000"), fill("A-20000"), fill("2026-00000")),
    "order10": one(fill("4100000000"), fill("415-555-0000"), fill("2000000000")),
    "tracking": one(fill("1A000AA10000000000"), fill("7900 0000 0001"), fill("AA100000000AA")),
    "date": one(fill("2026-03-10"), fill("12.10.2026"), fill("03/10/2026"), fill("1 June 2026")),
    "time": one(fill("10:20"), fill("09:15:40"), fill("12.4 s"), fill("300 ms")),
    "price": one(fill("$1,200.00"), fill("€ 30.50"), fill("1.200.000,00 EUR"), fill("45 000 kr")),
    "isbn": one(fill("978-3-16-148410-0"), fill("9780306406157"), fill("0-306-40615-2")),
    "coord": one(fill("52.520008, 13.404954"), fill("-33.8600, 151.2000"), fill("40.7100 N 74.0000 W")),
    "int": one(fill("1000"), fill("40000"), fill("7000000"), fill("300000000")),
    "small": one(fill("4"), fill("10"), fill("200")),
    "float": one(fill("0.10000"), fill("12.50"), fill("300.0000001")),
    "mac": lambda rng: ":".join(hexes(2)(rng) for _ in range(6)),
    "licence": one(fill("AAAA0-0AAAA-00AAA"), fill("AA-100000-A")),
    "exp": one(fill("12/20"), fill("03/2030")),
    "luhnbad": wrong_luhn,
    "snow": fill("1100000000000000000"),
}
"""Slots that only look like something."""
