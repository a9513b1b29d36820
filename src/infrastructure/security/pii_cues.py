"""Words before a number that say what it is: a telephone number, or the number of something else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .pii_found import Seen

_LINK = r"[\s\"'`:=#*()<>|,.\[-]*"
_PHONE_WORDS = re.compile(
    r"(?:\b(?:(?:tele)?phone\w*|tel|tél|tlf|tfno|telf|teléf|ph|gsm|natel|viber|тел|телефон|моб|電話|手机|전화|연락처|mob(?:ile)?|cell(?:phone|ular)?|fax|whatsapp|sms|handy|telefon\w*|téléphone"
    r"|teléfono|telefone|móvil|movil|celular|cellulare|mobiel|portable|hotline|landline|msisdn"
    r"|(?:my|her|his|our|their|contact|best|direct|new) (?:number|no|line|num|cell))"
    r"(?:_?(?:number|no|num|nr|home|work))?"
    rf"{_LINK}(?:\b(?:number|no|num|nr|n[º°o]|is|was|at|on|to|me|here|now|home|work|us|uk|portable|mobile|cell"
    rf"|under|unter|der|ist|es|è|est)\b{_LINK}){{0,4}}"
    rf"|\b(?:call(?:ing)?|dial|ring|text|reach(?:able)?|phoned?|messages?|joignable|rückruf|anrufen)"
    rf"(?: (?:me|us|him|her|them|at|on|now|back|directly|bitte|unter|au|just|back,|today|mom|dad|to)\b)*{_LINK})$"
)
"""What says that the digits after it are a telephone number."""

_OTHER_WORDS = re.compile(
    r"\b(?:orders?|invoices?|parts?|tickets?|case|ref|reference|tracking|serial|sku|isbn|items?|model|batch|lot|po|rfc"
    r"|accounts?|acct|policy|build|versions?|commit|job|ids?|licen[cs]e|confirmation|transaction|claim|receipt|product"
    r"|article|booking|shipment|package|request|bestell\w*|rechnung\w*|commande|facture|pedido|factura|issue|code"
    r"|offset|timestamp|hash|uuid|asin|upc|ean|barcode|catalog\w*|row|rows|matrix"
    r"|(?:kunden|artikel|auftrags|vertrags)n\w*)"
    rf"{_LINK}(?:\b(?:number|no|num|nr|n[º°o]|id|code|is|was|of|sn)\b{_LINK}){{0,3}}$"
)
"""What says that they are something else."""

SIGNS = " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\"'`:=#*()<>|,.[-"
"""What the link between words and number lets pass."""
WINDOW = 60
"""Characters before a number in which its words stand."""
WORD_BACK = re.compile(r"\w+|°")
PARTS = re.compile(r"(?s:.*)(?:(?<!\w)[0-9]\w*|[^\w\s\"'`:=#*()<>|,.\[°-])")
"""The text up to the last number or sign across which no words are read: what follows may be searched alone."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words of one meaning: the full `pattern`, and what tells at a glance that it cannot hold.

    `last` are the words that may stand last before a number where the pattern holds, `alone` those that need no
    other, `open_ended` beginnings of words that may go on. `ends` are the last two letters of all `last`,
    or the only one.
    """

    pattern: re.Pattern[str]
    last: frozenset[str]
    alone: frozenset[str]
    open_ended: tuple[str, ...]
    ends: frozenset[str]

    def stands(self, seen: Seen, start: int) -> bool:
        """Whether such words stand before `start`, with nothing but signs and small words between."""
        begin = max(0, start - WINDOW)
        if begin and seen.small[begin - 1].isalnum():
            begin += 1  # a word cut in two begins nothing
        window = seen.small[begin:start]
        words = window.rstrip(SIGNS)
        if words[-2:] not in self.ends and words[-1:] not in self.ends:
            return self._goes_on(window) and self._holds(window)
        if words.rpartition(" ")[2] in self.alone:
            return True
        last = WORD_BACK.match(words[::-1])
        if last is None:
            return False
        word = last[0][::-1]
        if word in self.alone:
            return True
        if word.rpartition("_")[2] not in self.last and not self._goes_on(window):
            return False
        return self._holds(window)

    def _holds(self, window: str) -> bool:
        parts = PARTS.match(window)
        return self.pattern.search(window, parts.end() if parts else 0) is not None

    def _goes_on(self, window: str) -> bool:
        for beginning in self.open_ended:  # noqa: SIM110 - as `any`, it costs three times as much
            if beginning in window:
                return True
        return False


def _cue(pattern: re.Pattern[str], alone: str, others: str, open_ended: tuple[str, ...]) -> Cue:
    single, last = frozenset(alone.split()), frozenset((alone + " " + others).split())
    return Cue(pattern, last, single, open_ended, frozenset(word[-2:] for word in last))


TELEPHONE = _cue(
    _PHONE_WORDS,
    "phone telephone tel tél tlf tfno telf teléf ph gsm natel viber тел телефон моб 電話 手机 전화 연락처 mob mobile"
    " cell cellphone cellular fax whatsapp sms handy téléphone teléfono telefone móvil movil celular cellulare mobiel"
    " hotline landline msisdn call calling dial ring text reach reachable",
    "portable number no line num nr home work is was at on to me here now us uk under unter der ist es è est nº n°"
    " phoned message messages joignable rückruf anrufen him her them back directly bitte au just today mom dad",
    ("phone", "telefon"),
)
OTHER = _cue(
    _OTHER_WORDS,
    "order orders invoice invoices part parts ticket tickets case ref reference tracking serial sku isbn item items"
    " model batch lot po rfc account accounts acct policy build version versions commit job id ids licence license"
    " confirmation transaction claim receipt product article booking shipment package request commande facture pedido"
    " factura issue code offset timestamp hash uuid asin upc ean barcode row rows matrix",
    "number no num nr nº n° is was of sn",
    ("bestell", "rechnung", "catalog", "kundenn", "artikeln", "auftragsn", "vertragsn"),
)
