"""Passwords in the places that commands, statements and calls keep for them, with no name beside them.

A pattern begins with a literal and its quantifiers are bounded or possessive: all takes time in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .secret_values import is_given, is_something_else, stands_in

VALUE = r"(?:\\{0,3}+[\"']([^\"'\s\\]{6,128}+)\\{0,3}+[\"']|([^\s\"'`;|<>()\\]{6,128}+))"
"""In quotes or bare."""
QUOTED = r"\\{0,3}+[\"']([^\"'\s\\]{6,128}+)\\{0,3}+[\"']"
WORDS = r"(?:[ \t]{1,4}+-?[\w.@:/=\-]{1,60}+){0,6}?"
"""Other arguments of a command."""


@dataclass(frozen=True, slots=True)
class Commanded:
    """A password in its place; positions are in the whole text."""

    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Place:
    """`marks` are texts of which one stands in each; the value is the group of the pattern that took part."""

    marks: tuple[str, ...]
    pattern: re.Pattern[str]


def _place(marks: str, pattern: str) -> Place:
    return Place(tuple(marks.split("|")), re.compile(pattern))


GAP = r"[ \t]{1,4}+"
SOME = r"[\"'][^\"'\s]{1,80}+[\"'],[ \t]{0,4}+"
"""The user's name in quotes, and a comma."""

PLACES = (
    _place("dentified|DENTIFIED",
           rf"(?:identified|IDENTIFIED|Identified){GAP}(?i:by|with\s\w{{1,40}}+\s(?:by|as)){GAP}{QUOTED}"),
    _place("sshpass", rf"sshpass{GAP}-p[ \t]{{0,4}}+{VALUE}"),
    _place("mysql|mariadb", rf"(?:mysql|mysqldump|mysqladmin|mariadb){WORDS}{GAP}-p{VALUE}"),
    _place("login", rf"login{WORDS}{GAP}-p[ \t=]{{1,4}}+{VALUE}"),
    _place("redis-cli", rf"redis-cli{WORDS}{GAP}-a{GAP}{VALUE}"),
    _place("curl|http",
           rf"(?:curl|http){WORDS}{GAP}(?:-u|--user)[ \t=]{{0,4}}+[\"']?[\w.@\-]{{1,60}}+:"
           r"([^\s\"'`;|<>()\\]{6,128}+)"),
    _place("curl", rf"curl{WORDS}{GAP}(?:-u|--user)[ \t=]{{0,4}}+[\"']?([A-Za-z0-9_\-]{{20,128}}+):(?=[\s\"'])"),
    _place("requirepass|masterauth|rootpw", rf"(?:requirepass|masterauth|rootpw)[ \t]{{1,8}}+{VALUE}"),
    _place("ConvertTo-SecureString", rf"ConvertTo-SecureString{GAP}(?:-String{GAP})?{QUOTED}"),
    _place("password-stdin", rf"echo{GAP}(?:-n{GAP})?{VALUE}[ \t]{{0,4}}+\|[^\n|]{{1,120}}?password-stdin"),
    _place("uth",
           rf"(?:[bB]asic_?[aA]uth|HTTP\w{{1,9}}Auth|auth)"
           rf"[ \t]{{0,4}}+=?[ \t]{{0,4}}+\([ \t]{{0,4}}+{SOME}{QUOTED}"),
    _place("getConnection|PDO", rf"(?:getConnection|PDO)\([^\n()\"']{{0,100}}+(?:{SOME}){{1,2}}{QUOTED}"),
    _place("mysql|ftp_login(",
           r"(?:mysqli?_p?connect|mysqli|ftp_login)\("
           rf"[^\n()\"',]{{0,60}}+,?[ \t]{{0,4}}+(?:{SOME}){{1,2}}{QUOTED}"),
    _place("ogin(|redential|asicAuth(|uthentica",
           r"(?:\.login|\.authenticate|Credentials?|[bB]asicAuth|PasswordAuthentication)\("
           rf"[ \t]{{0,4}}+{SOME}{QUOTED}"),
    _place('variable "',
           r"variable[ \t]{1,4}+\"[\w\-]{0,60}?(?:token|secret|password|passwd|api_key|access_key)\"[ \t]{0,4}+\{"
           rf"[^{{}}]{{0,200}}?default[ \t]{{0,16}}+=[ \t]{{0,4}}+{QUOTED}"),
    _place("sudo", rf"echo{GAP}{VALUE}[ \t]{{0,4}}+\|[ \t]{{0,4}}+sudo{GAP}-S"),
    _place("chpasswd",
           rf"echo{GAP}[\"']?[\w.\-]{{1,40}}+:([^\s:\"'|]{{6,128}}+)[\"']?[ \t]{{0,4}}+\|[^\n|]{{0,40}}?chpasswd"),
    _place("unzip", rf"unzip{WORDS}{GAP}-P[ \t]{{0,4}}+{VALUE}"),
    _place("ldap",
           r"ldap(?:search|modify|add|delete|passwd|whoami)"
           rf"(?:[ \t]{{1,4}}+[^\s]{{1,80}}+){{0,8}}?{GAP}-w{GAP}{VALUE}"),
    _place("jwt.", rf"jwt\.(?:sign|verify|encode|decode)\([^\n()\"',]{{1,80}}+,[ \t]{{0,4}}+{QUOTED}"),
    _place("psk", rf"(?:psk|PSK)[ \t]{{0,4}}+=[ \t]{{0,4}}+{VALUE}"),
    _place(":5432:", r":5432:[\w*\-]{1,60}+:[\w*\-]{1,60}+:([^\s:\"'`]{6,128}+)"),
    _place("getConnection", rf"getConnection\([\w.]{{1,60}}+,[ \t]{{0,4}}+{SOME}{QUOTED}"),
    _place("@tcp(|@unix(", r":([^\s:@\"'`/]{6,128}+)@(?:tcp|unix)\("),
    _place("oracle:thin:", r"oracle:thin:[\w\-]{1,60}+/([^\s@\"'`/]{6,128}+)@"),
)  # fmt: skip
MARKS = frozenset(mark for place in PLACES for mark in place.marks)


def commanded(text: str) -> Iterator[Commanded]:
    """Every value in such a place that may be a password."""
    there = {mark for mark in MARKS if mark in text}
    for place in PLACES:
        if there.isdisjoint(place.marks):
            continue
        for match in place.pattern.finditer(text):
            group = match.lastindex or 1
            value = match.group(group)
            if is_given(value) and not stands_in(value) and not is_something_else(value):
                yield Commanded(match.start(group), match.end(group), 0.6)
