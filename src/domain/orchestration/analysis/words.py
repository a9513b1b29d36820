"""Words of a task: stems instead of substrings, where a clause begins, and what a negation takes back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

TOKEN = re.compile(
    r"(?<![\w.~-])[\w.~-]*/[\w./*~{}-]*|(?<![\w*.-])[\w*-]+\.[a-z][a-z0-9]{0,4}\b|[^\W\d]\w*\+\d|[^\W_]+(?:'[^\W\d_]+)?(?:_\w+)?|_\w+"
    r"|(?<=\s)-(?=\s)|[^\w\s-]",
    re.IGNORECASE,
)
SUFFIXES = (
    ("izations", "iz"), ("ization", "iz"), ("ations", "at"), ("ation", "at"), ("ities", "iti"), ("ity", "iti"),
    ("izing", "iz"), ("ized", "iz"), ("izes", "iz"), ("ize", "iz"), ("ating", "at"), ("ated", "at"), ("ates", "at"),
    ("ate", "at"), ("ies", "y"), ("ied", "y"), ("sses", "ss"), ("ings", ""), ("ing", ""), ("edly", ""), ("ed", ""),
    ("es", ""), ("ss", "ss"), ("us", "us"), ("is", "is"), ("s", ""), ("e", ""),
)  # fmt: skip
BRITISH = re.compile(r"(?<=i)s(?=(?:e|ed|es|ing|ation|ations)$)|(?<=ly)s(?=(?:e|ed|es|ing)$)")
OUR = re.compile(r"(behavi|col|fav|flav|hon|lab|neighb)our")
NOT_BRITISH = re.compile(
    r"(rais|nois|precis|exercis|promis|otherwis|advis|revis|supervis|concis|premis|surpris)"
)
SPELLINGS = {
    "licenc": "licens", "programm": "program", "artefact": "artifact", "catalogu": "catalog", "centr": "center",
    "cancell": "cancel", "modell": "model", "labell": "label", "profil": "profil", "dependancy": "dependency",
    "defenc": "defens", "wether": "whether", "judgement": "judgment", "pls": "pleas", "plz": "pleas",
}  # fmt: skip
UNCHANGED = frozenset({"news", "cors", "staging", "sso", "always", "less", "tls", "ios", "aws", "css"})
"""Words that would share the stem of quite another word."""
ENDS = frozenset(".!?:;–—-\n")
"""What ends a sentence, or as good as ends one."""
BOUNDARIES = frozenset(",()") | ENDS | {"but", "just", "only", "instead", "because", "then", "so"}
LINKS = frozenset({"and", "then", "also", "but", "or", "just", "plus", "first", "now"})
POLITE = frozenset(
    {"please", "pls", "plz", "kindly", "hi", "hey", "hello", "help", "can", "could", "would", "you", "let's"}
)
NEGATORS = frozenset(
    {"no", "without", "excluding", "ignore", "ignoring", "skip", "omit", "nothing", "neither", "nor"}
)
HAVING = frozenset(
    {
        "has",
        "have",
        "had",
        "is",
        "are",
        "was",
        "with",
        "there",
        "still",
        "got",
        "nearly",
        "almost",
        "how",
        "say",
    }
)
WISHES = frozenset({"want", "need", "care", "touch", "change"})
AFTER_EXCEPT = frozenset({"the", "for", "those", "its", "our", "in", "under", "my"})
TAKEN_BACK = (
    ("out", "of", "scope"),
    ("off", "limits"),
    ("not", "needed"),
    ("not", "wanted"),
    ("not", "necessary"),
)
SCOPE = 5
"""Words that a negation reaches, unless a boundary comes first."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written and its stem.

    `path` marks file names, `negated` what the task says to leave out; `opens` is 2 at the beginning of a sentence,
    1 at the beginning of a clause, else 0.
    """

    text: str
    stem: str
    path: bool = False
    negated: bool = False
    opens: int = 0


def stem(word: str) -> str:
    """The stem by which words are compared: plural, tense, -ing and British spelling make no difference."""
    word = normal(word)
    if word in UNCHANGED:
        return word
    if word not in {"what's", "who's", "where's", "let's"}:
        word = word.removesuffix("'s")
    if len(word) > 5:
        word = OUR.sub(r"\1or", word)
        if not NOT_BRITISH.match(word):
            word = BRITISH.sub("z", word)
    for suffix, replacement in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = _undouble(word[: len(word) - len(suffix)] + replacement)
            break
    return SPELLINGS.get(word, word)


def normal(text: str) -> str:
    """One spelling for every casing of `text`, also where a letter has two capitals or none."""
    return text.upper().casefold()


def _undouble(word: str) -> str:
    """planned → plan, but not pass → pas."""
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls" else word


def words(text: str, *, keep_case: bool = False) -> tuple[Word, ...]:
    """The words and punctuation of `text`, in order, with the reach of each negation marked.

    `keep_case` leaves `Word.text` as it was written: file names need it.
    """
    written = TOKEN.findall((text if keep_case else normal(text)).replace("\u2019", "'"))
    tokens = [normal(token) for token in written]
    negated = _negated(tokens)
    marked: list[Word] = []
    opens = 2
    for index, token in enumerate(tokens):
        path = "/" in token or ("." in token and len(token) > 1)
        marked.append(Word(written[index], token if path else stem(token), path, negated[index], opens))
        opens = _next_opening(token, opens)
    return tuple(marked)


def _next_opening(token: str, opens: int) -> int:
    """Whether the word after `token` begins a sentence (2), a clause (1) or nothing (0)."""
    if token in ENDS:
        return 2
    if opens and token in POLITE:
        return opens
    return 1 if token in LINKS or token in {",", "(", '"', "please", "to"} else 0


def _negated(tokens: Sequence[str]) -> list[bool]:
    """For each word whether a negation reaches it, from before or ("… is out of scope") from behind."""
    result = []
    reach = 0
    for index, token in enumerate(tokens):
        if token in BOUNDARIES:
            reach = 0
        result.append(reach > 0)
        reach = SCOPE if _negates(tokens, index) else max(0, reach - 1)
    for index in range(len(tokens)):
        if any(tuple(tokens[index : index + len(phrase)]) == phrase for phrase in TAKEN_BACK):
            _take_back(tokens, index, result)
    return result


def _take_back(tokens: Sequence[str], end: int, negated: list[bool]) -> None:
    """Mark the clause before `end`, at most SCOPE words of it."""
    for index in range(end - 1, max(-1, end - 1 - SCOPE), -1):
        if tokens[index] in BOUNDARIES:
            return
        negated[index] = True


def _negates(tokens: Sequence[str], index: int) -> bool:
    """Whether the word takes back what follows: "do not touch", "don't", "no tests", "leave the docs", "instead of"."""
    word = tokens[index]
    before = tokens[index - 1] if index else "."
    after = tokens[index + 1] if index + 1 < len(tokens) else "."
    if word in {"don't", "dont"} or (word == "not" and before == "do"):
        subject = tokens[index - 2] if word == "not" and index > 1 else "." if word == "not" else before
        return subject in BOUNDARIES or subject in LINKS or subject in POLITE or after in WISHES
    if word == "not":
        return before in {"must", "need"} or before in POLITE or before in BOUNDARIES or before in LINKS
    if word in {"leave", "never"}:
        return before in BOUNDARIES or before in LINKS or before in POLITE
    if word == "except":
        return after in AFTER_EXCEPT or "/" in after
    if word in {"of", "than"}:
        return before in {"instead", "rather"}
    return word in NEGATORS and before not in HAVING
