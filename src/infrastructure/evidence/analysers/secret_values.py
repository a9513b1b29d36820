"""Whether a text looks like a credential, or like something that only stands in its place."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

STANDS_IN = re.compile(
    r"change[-_ ]?(?:me|this|it)|example|placeholder|your[-_ ]?|my[-_]|xxx|todo|fixme|dummy|sample|fake|mock|redact"
    r"|insert|replace|hidden|masked|removed|insecure|unsafe|not[-_ ]?(?:a[-_ ]?)?(?:real|secret|secure)|foo[-_]?bar"
    r"|super[-_]?secret|top[-_]?secret|some[-_]|lorem|123456|abcdef|qwert|asdf|deadbeef|0000|1111|\.\.\.|\*\*\*"
    r"|passw(?:or)?[dt]|test(?:ing)?[-_]|-test|_test|generate|default|none|null|undefined|development|localhost"
    r"|env(?:iron)?[.(\[]|secrets?[.(\[{]|vault[:./]|ssm[:/]|arn:aws|keyring",
)
"""For small letters: a pattern that tells none apart looks at each place for each of its words."""
FILLED_IN_LATER = re.compile(
    r"^\$[A-Za-z_]|\$[({]|\{\{|\{[\w.!]*\}|%[({]|%s|<[^>]*>|«|@[A-Z_]+@|__\w+__|^[:&*!@#$]\w*$|\[[^\]]*\]"
)
FILLERS = frozenset("${%<«@_[:&*!#")
"""Of these one stands in each."""
UUID = re.compile(r"^\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?$", re.IGNORECASE)
UUID_SIZES = frozenset({36, 37, 38})
DAY = r"(?:19|20)\d\d-\d\d-\d\d(?:[T ]|$)"
DIGEST = (
    r"(?i:sha(?:1|224|256|384|512)|md5|h1|blake2[bs]?|pbkdf2[a-z0-9_]*|bcrypt|argon2[a-z0-9_]*|scrypt)[-:=$]"
)
HASHED = r"\$(?:2[aby]?|5|6|y|argon2\w*|pbkdf2[\w-]*|scrypt)\$"
ADDRESS = re.compile(
    r"[a-z][a-z0-9+.\-]*+://|[.~]|/(?![A-Za-z0-9+/]{36,}+={0,2}$)|[A-Za-z]:\\|[\w.+\-]{1,64}+@[\w\-]{1,64}+\.\w"
)
FILE_END = re.compile(r"\.(?:py|js|json|ya?ml|pem|key|txt|html?|env)$")
LONGEST_FILE_END = 6
"""Characters of it, with a line's end behind it."""
BLANK = re.compile(r"\s")
TWO_DIGITS = re.compile(r"[0-9][^0-9]*+[0-9]")
TWO_LETTERS = re.compile(r"[A-Za-z][^A-Za-z]*+[A-Za-z]")
TWO_NUMBERS = re.compile(r"[0-9][^0-9]++[0-9]")
PIECES = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
PUBLIC_KEY = r"age1[a-z0-9]{50}|ssh-(?:rsa|ed25519|dss)|ecdsa-sha2|MII[BC]I|pk_(?:live|test)_"
SOMETHING_ELSE = re.compile(f"^(?:{DAY}|{DIGEST}|{HASHED}|{PUBLIC_KEY})")
SAME = re.compile(r"^(.{1,3})\1+.?$")
LONG_ENOUGH_TO_BE_RANDOM = 16
SHORT = 128
"""Characters up to which counting each of them anew is the faster way."""
HEX = re.compile(r"^(?:0x)?[0-9a-fA-F]+$")
HEX_BITS = 2.9
"""Bits per character: 32 hexadecimal digits that were drawn have 3.6 of at most 4, hardly ever fewer than 3.2."""
LONE = re.compile(r"[a-z]+$")
BRIEF = re.compile(r"(?=[^0-9]*+[0-9])(?=[^A-Za-z]*+[A-Za-z])[A-Za-z0-9!@#$%^&*?]++$")
"""With a digit and a letter in it."""
CAMEL = re.compile(
    r"[a-z][A-Z][a-z]|^(?i:utf|base|sha|md|v|aes|rsa|ipv|level|step|test|option|value|field|string)-?[0-9]"
)
"""Names in pieces, and names of algorithms and numbered things."""
BRACKETS = re.compile(r"[(){}\[\]]")
CLOSED_BY = {"(": ")", "{": "}", "[": "]"}
CLOSING = frozenset(CLOSED_BY.values())
UNLIKE_PASSWORD = re.compile(r"[\\^\"']|\*\*|//|\.\*|\.\+|\(\?")
"""Signs of a pattern, a path or a quotation."""
NUMBERED = re.compile(r"[A-Z]?[a-z]{4,}+[0-9]{1,4}+[!@#$%^&*?.]?$")
FILLING = re.compile(
    r"pass|pwd|secret|user|admin|token|word|name|login|key|cred|root|guest|postgres|server|host"
    r"|(?:required|optional|mandatory|(?:en|dis)abled|(?:un|in)?valid(?:ated)?|(?:in)?correct|expired|missing|provided|protected"
    r"|(?:en|de)crypted|plaintext|unchanged|changed|forgotten|accepted|rejected|verified|verify|(?:un)?available|unknown"
    r"|sensitive|(?:in|ex)ternal|automatic|manual|something|anything|nothing|whatever|restricted|deprecated|supported)$"
)
SIGN = re.compile(r"[!#%^&*+?~@=$|]")
"""What passwords are seasoned with, and names of things are not."""


def entropy(value: str) -> float:
    """Shannon entropy in bits per character of the value's own distribution."""
    size = len(value)
    if 0 < size <= SHORT:
        return -sum(map(_shares(size).__getitem__, map(value.count, dict.fromkeys(value))))
    return -sum([n / size * math.log2(n / size) for n in Counter(value).values()]) if size else 0.0


@lru_cache(maxsize=SHORT)
def _shares(size: int) -> list[float]:
    """What a character that stands in a value of `size` so many times takes from its entropy."""
    return [0.0, *(n / size * math.log2(n / size) for n in range(1, size + 1))]


def is_varied(value: str, least: float) -> bool:
    """Whether the value has at least so many bits per character: mostly the number of different ones tells.

    So many different characters have least entropy where all but one stand there once, and most where all stand there
    alike often.
    """
    size, different = len(value), len(set(value))
    if not 0 < size <= SHORT:
        return entropy(value) >= least
    lowest, highest = _bounds(size, different)
    return highest >= least and (lowest >= least or entropy(value) >= least)


@lru_cache(maxsize=SHORT * SHORT)
def _bounds(size: int, different: int) -> tuple[float, float]:
    """Between what the entropy of such a value lies; a little wide, for sums of fractions are not exact."""
    shares = _shares(size)
    lowest = -(different - 1) * shares[1] - shares[size - different + 1]
    return lowest - 1e-9, math.log2(different) + 1e-9


def stands_in(value: str) -> bool:
    """Whether it is a placeholder, a reference to the real value, or a pattern repeated."""
    return bool(
        len(set(value)) < 5
        or STANDS_IN.search(value.lower())
        or (not FILLERS.isdisjoint(value) and FILLED_IN_LATER.search(value))
        or SAME.match(value)
    )


def is_something_else(value: str) -> bool:
    """Whether it is an identifier, a checksum, a hash, an address or a public key: none opens anything."""
    return bool(
        SOMETHING_ELSE.match(value)
        or ADDRESS.match(value)
        or (
            "." in value[-LONGEST_FILE_END:] and FILE_END.search(value, max(0, len(value) - LONGEST_FILE_END))
        )
        or (len(value) in UUID_SIZES and UUID.match(value))
    )


def is_wordy(value: str) -> bool:
    """Whether it is made of words with at most one number: a name, not chance."""
    if TWO_NUMBERS.search(value) is not None:
        return False
    pieces = PIECES.findall(value)
    numbers = [piece for piece in pieces if piece.isdigit()]
    words = len(pieces) - len(numbers)
    lettered = sum(map(len, pieces)) - sum(map(len, numbers))
    if not numbers:
        return not words or lettered / words >= 3
    return len(numbers[0]) <= 2 and lettered / max(1, words) >= 4


def is_random(value: str) -> bool:
    """Whether a token of this form was drawn by a generator: long, mixed, and hardly a character twice."""
    if len(value) < LONG_ENOUGH_TO_BE_RANDOM or BLANK.search(value):
        return False
    if not _is_mixed(value) and not (
        sum(map(str.isalpha, value)) >= 16 and any(map(str.islower, value)) and any(map(str.isupper, value))
    ):
        return False
    least = HEX_BITS if HEX.match(value) else 3.5
    return is_varied(value, min(least, math.log2(len(value)) * 0.72)) and not is_wordy(value)


def _is_mixed(value: str) -> bool:
    """Whether there are two digits and two letters in it."""
    if value.isascii():
        return TWO_DIGITS.search(value) is not None and TWO_LETTERS.search(value) is not None
    return sum(map(str.isdigit, value)) >= 2 and sum(map(str.isalpha, value)) >= 2


def is_chosen(value: str) -> bool:
    """Whether it may be a password that somebody chose: two kinds of characters and no plain word."""
    if len(value) < 8 or len(value) > 128 or BLANK.search(value):
        return False
    digits = any(map(str.isdigit, value))
    letters = any(map(str.isalpha, value))
    if not (digits and letters and is_varied(value, 2.5)):
        return False
    return not is_wordy(value) or (SIGN.search(value) is not None and len(value) - value.count("&") >= 8)


def is_given(value: str) -> bool:
    """Whether it may be a password where only a password can stand: short ones and words with a number count too."""
    if not 6 <= len(value) <= 128 or BLANK.search(value):
        return False
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and is_varied(value, 2.0)


def is_numbered(value: str) -> bool:
    """Whether it is one word with a number, as people choose where a password is asked and nothing else can stand."""
    return 8 <= len(value) <= 64 and NUMBERED.match(value) is not None


def is_numeric(value: str) -> bool:
    """Whether it is a number whose digits are neither counted up nor repeated."""
    return 8 <= len(value) <= 64 and value.isdecimal() and is_varied(value, 2.4)


def is_brief(value: str) -> bool:
    """Whether it is a short password with a number in it, and can be neither a name nor a path."""
    return (
        6 <= len(value) < 64
        and BRIEF.match(value) is not None
        and is_varied(value, 2.0)
        and not CAMEL.search(value)
    )


def is_lone_word(value: str) -> bool:
    """Whether it is one longer word in small letters, and none that tells what stands there otherwise."""
    return 8 <= len(value) <= 32 and LONE.match(value) is not None and FILLING.search(value) is None


def is_dense(value: str) -> bool:
    """Whether letters and digits change so often that nobody wrote it as words, though it is short."""
    if not 10 <= len(value) < LONG_ENOUGH_TO_BE_RANDOM or not value.isascii() or BLANK.search(value):
        return False
    if TWO_DIGITS.search(value) is None or HEX.match(value):
        return False
    if not is_varied(value, 3.0):
        return False
    pieces = PIECES.findall(value)
    return sum(map(len, pieces)) < 2 * len(pieces)


def is_tangled(value: str) -> bool:
    """Whether brackets close in it that never opened: it is neither a template nor code, and full of signs."""
    if len(value) < 12 or CLOSING.isdisjoint(value) or BLANK.search(value) or UNLIKE_PASSWORD.search(value):
        return False
    opened: list[str] = []
    for sign in BRACKETS.findall(value):
        if sign in CLOSED_BY:
            opened.append(CLOSED_BY[sign])
        elif not opened or opened.pop() != sign:
            return len({char for char in value if not char.isalnum()}) >= 5 and is_varied(value, 3.5)
    return False


def is_word(value: str) -> bool:
    """Whether it is a word that may be a password in an address, and is not what such addresses are filled with."""
    return 8 <= len(value) <= 64 and value.isalpha() and FILLING.search(value.lower()) is None
