"""Passwords in the places that commands, statements and calls keep for them, with no name beside them.

A pattern begins with a literal and its quantifiers are bounded or possessive: all takes time in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...common.needles import Needles
from .secret_values import UUID, entropy, is_given, is_random, is_something_else, stands_in

VALUE = r"(?:\\{0,3}+[\"']([^\"'\s\\]{6,128}+)\\{0,3}+[\"']|([^\s\"'`;|<>()\\]{6,128}+))"
"""In quotes or bare."""
QUOTED = r"\\{0,3}+[\"']([^\"'\s\\]{6,128}+)\\{0,3}+[\"']"
WORDS = r"(?:[ \t]{1,4}+-?[\w.@:/=\-]{1,60}+){0,6}?"
"""Other arguments of a command."""


@dataclass(frozen=True, slots=True)
class Place:
    """`marks` are texts of which one stands in each; the value is the group of the pattern that took part.

    Where `behind` is given, one of its words stands before on the same line, or on the line that it goes on from.
    `allows` says what else than a password of letters and digits may stand there.
    """

    marks: tuple[str, ...]
    pattern: re.Pattern[str]
    behind: tuple[str, ...] = ()
    allows: frozenset[str] = frozenset()


def _place(marks: str, pattern: str, behind: str = "", allows: str = "") -> Place:
    words = tuple(f"{word} " for word in behind.split("|") if word)
    return Place(tuple(marks.split("|")), re.compile(pattern), words, frozenset(allows.split()))


FARTHEST = 500
"""Characters between a command and an argument of it."""
GAP = r"[ \t]{1,4}+"
ASKED = r"(?:=|[ \t]{0,4}+)"
LOGIN_BARE = r"[\w.@\-]{0,60}+:(?:'([^'\s]{6,128}+)'|\"([^\"\s]{6,128}+)\"|([^\s\"'`;|<>()\\]{6,128}+))"
LOGIN_QUOTED = r"[\"'][^\s:\"']{0,80}+(?:[\"']:[\"']|:)([^\s\"'`]{6,128}+)[\"']"
MADE = r"(?:\[\]byte\(|bytes\(|Buffer\.from\(|Encoding\.\w{3,8}\.GetBytes\(|b(?=[\"']))?"
"""What makes bytes of a text."""
SOME = r"[\"'][^\"'\s]{1,80}+[\"'],[ \t]{0,4}+"
"""The user's name in quotes, and a comma."""

PLACES = (
    _place("dentified|DENTIFIED",
           rf"(?:identified|IDENTIFIED|Identified){GAP}"
           rf"(?i:by|with\s[\"']?\w{{1,40}}+[\"']?\s(?:by|as)){GAP}{VALUE}"),
    _place("PASSWORD(|PASSWORD (", rf"PASSWORD(?<![\w.$]PASSWORD)[ \t]?\([ \t]?{QUOTED}"),
    _place("PASSWORD ", r"PASSWORD[ \t]{1,4}+([^\s\"'`;|<>()\\]{6,128}+)(?=;)", "USER|ROLE|LOGIN"),
    _place("PASSWORD FOR", rf"PASSWORD FOR{GAP}[^\s=]{{1,80}}+[ \t]?=[ \t]?{QUOTED}"),
    _place("login ", rf"login{GAP}[\w.@+\-]{{1,80}}+{GAP}password{GAP}([^\s\"'`;|<>()\\]{{6,128}}+)"),
    _place("set -", rf"set{GAP}-\w{{1,3}}{GAP}\w{{0,40}}(?:PASSWORD|PASSWD|PASS|TOKEN|SECRET|API_KEY){GAP}{VALUE}"),
    _place("sshpass", rf"sshpass{GAP}-p[ \t]{{0,4}}+{VALUE}"),
    _place("mysql|mariadb", rf"(?:mysql|mysqldump|mysqladmin|mariadb){WORDS}{GAP}-p{VALUE}"),
    _place("login", rf"login{WORDS}{GAP}-p[ \t=]{{1,4}}+{VALUE}"),
    _place("redis-cli", rf"redis-cli{WORDS}{GAP}-a{GAP}{VALUE}"),
    _place(" -u| -a|--user|--proxy-user|--auth",
           rf"-(?<=\s-)(?:[ua]|-user|-proxy-user|-auth){ASKED}(?:{LOGIN_QUOTED}|{LOGIN_BARE})",
           "curl|http|https|wget|xh|ab|siege"),
    _place(" -u|--user",
           rf"-(?<=\s-)(?:u|-user){ASKED}[\"']?([A-Za-z0-9_\-!.]{{9,128}}+):(?=[\s\"'])", "curl|http|https"),
    _place("--header| -H",
           rf"-(?<=\s-)(?:H|-header){ASKED}[\"'](?:Authorization|[\w\-]{{0,40}}?(?i:api-?key|token|secret))"
           r"[ \t]{0,2}+:[ \t]{0,4}+([\w=~@.+/\-]{10,300}+)(?=[\"'])", "curl|wget|http|https|xh", "uuid digest"),
    _place("pass:", r"-pass(?:in|out)?[ \t]{1,4}+[\"']?pass:([^\s\"'`;|<>()\\]{6,128}+)"),
    _place("openssl", rf"-(?<=\s-)[kK]{GAP}{VALUE}", "openssl"),
    _place("storepass|keypass", rf"-(?:src|dest)?(?:store|key)pass{GAP}{VALUE}"),
    _place("sqlcmd|bcp|isql|zip|mongo|az login", rf"-(?<=\s-)(?:P[ \t]{{0,4}}+|p{GAP}){VALUE}",
           "sqlcmd|bcp|isql|zip|mongo|mongosh|mongodump|mongorestore|mongoimport|mongoexport|az login"),
    _place("7z", rf"-(?<=\s-)p{VALUE}", "7z|7za|7zr"),
    _place("htpasswd",
           rf"htpasswd{GAP}-\w{{0,6}}b\w{{0,6}}(?:{GAP}[\w./\-]{{1,80}}+){{1,2}}?{GAP}{VALUE}"),
    _place("rabbitmqctl",
           rf"rabbitmqctl{WORDS}{GAP}(?:add_user|change_password){GAP}[\w.\-]{{1,40}}+{GAP}{VALUE}"),
    _place("smb|rpcclient|cifs", r"-(?<=\s-)U[ \t]{0,4}+[\"']?[\w.\\\-]{1,60}+%([^\s\"'`;|<>()\\]{6,128}+)"),
    _place("lftp", r"-(?<=\s-)u[ \t]{0,4}+[\"']?[\w.@\-]{1,60}+,([^\s\"'`;|<>()\\]{6,128}+)", "lftp"),
    _place("sqlplus|expdp|impdp|rman",
           r"(?:sqlplus|expdp|impdp|rman)(?:[ \t]{1,4}+-\w{1,9}+){0,3}?[ \t]{1,4}+[\"']?\w{1,40}+/"
           r"([^\s@\"'`/\\]{6,128}+)@"),
    _place("/p:|/pass:", r"/p(?:ass)?:[\"']?([^\s\"'`;|<>()\\]{6,128}+)", "xfreerdp|rdesktop|cmdkey"),
    _place("net use|net user",
           rf"net{GAP}use(?:r{GAP}[\w.\-]{{1,60}}+|{WORDS}{GAP}/(?i:user):[\w.\\\-]{{1,60}}+)"
           r"[ \t]{1,4}+[\"']?([^\s\"'`;|<>()\\/]{6,128}+)"),
    _place("passwd", rf"echo{GAP}(?:-e{GAP})?{VALUE}[ \t]{{0,4}}+\|[ \t]{{0,4}}+(?:sudo[ \t])?passwd{GAP}--stdin"),
    _place("requirepass|masterauth|rootpw", rf"(?:requirepass|masterauth|rootpw)[ \t]{{1,8}}+{VALUE}"),
    _place("ConvertTo-SecureString", rf"ConvertTo-SecureString(?:{GAP}-(?:String|AsPlainText|Force))*+{GAP}{VALUE}"),
    _place("password-stdin", rf"echo{GAP}(?:-n{GAP})?{VALUE}[ \t]{{0,4}}+\|[^\n|]{{1,120}}?password-stdin"),
    _place("uth",
           rf"(?:[bB]asic_?[aA]uth|HTTP\w{{1,9}}Auth|auth)"
           rf"[ \t]{{0,4}}+=?[ \t]{{0,4}}+\([ \t]{{0,4}}+{SOME}{QUOTED}"),
    _place("getConnection|PDO", rf"(?:getConnection|PDO)\([^\n()\"']{{0,100}}+(?:{SOME}){{1,2}}{QUOTED}"),
    _place("mysql|ftp_login(",
           r"(?:mysqli?_p?connect|mysqli|ftp_login)\("
           rf"[^\n()\"',]{{0,60}}+,?[ \t]{{0,4}}+(?:{SOME}){{1,2}}{QUOTED}"),
    _place("ogin(|og_in(|redential|asicAuth(|asic_auth(|uthentica|ignIn(|sign_in(|gestAuth(|Password(|sernameToken("
           "|PlainAuth(|reateUser(|reate_user(|ddUser(|dd_user(",
           r"(?:ogin|og_in|redentials?|asicAuth|asic_auth|uthenticate|PasswordAuthentication|ignIn|sign_in|gestAuth"
           r"|EmailAndPassword|sernameToken|PlainAuth|reateUser|reate_user|ddUser|dd_user)\("
           rf"[ \t]{{0,4}}+(?:[\w.]{{1,40}}+,[ \t]{{0,4}}+|\"\",[ \t]{{0,4}}+)?{SOME}{QUOTED}"),
    _place(".auth(|.AUTH(|'AUTH'|\"AUTH\"",
           rf"(?:\.(?:auth|AUTH)\(|[\"']AUTH[\"'],)[ \t]{{0,4}}+(?:{SOME})?{QUOTED}"),
    _place("hmac.new(|hmac.digest(", rf"hmac\.(?:new|digest)\([ \t]{{0,4}}+{MADE}{QUOTED}"),
    _place("reateHmac(|hmac.New(|hash_hmac(|HMAC.",
           r"(?:reateHmac|hmac\.New|hash_hmac|HMAC\.(?:hex)?digest)\("
           rf"(?:[ \t]{{0,4}}+(?:[\"'][\w\-]{{2,12}}+[\"']|[$\w.:\-]{{1,60}}+),[ \t]{{0,4}}+){{1,2}}{MADE}{QUOTED}"),
    _place("KeySpec(|SecurityKey(|CookieStore(|cookieParser(|Fernet(|AES.new(|Serializer(|SigningKey(",
           r"(?:SecretKeySpec|SymmetricSecurityKey|CookieStore|cookieParser|Fernet|AES\.new|Serializer|SigningKey)\("
           rf"[ \t]{{0,4}}+{MADE}{QUOTED}"),
    _place("crypt(|ipher(|ipheriv(",
           r"(?:AES\.(?:en|de)crypt|reate(?:Ci|Deci)pher(?:iv)?)\("
           rf"[^\n()\"',]{{0,60}}+(?:[\"'][\w\-]{{3,20}}[\"'])?,[ \t]{{0,4}}+{MADE}{QUOTED}"),
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
    _place(":5432:|:5433:|:6432:|:*:",
           r":(?:5432|5433|6432|\*):[\w*\-]{1,60}+:[\w*\-]{1,60}+:([^\s:\"'`]{6,128}+)"),
    _place("getConnection", rf"getConnection\([\w.]{{1,60}}+,[ \t]{{0,4}}+{SOME}{QUOTED}"),
    _place("@tcp(|@unix(", r":([^\s:@\"'`/]{6,128}+)@(?:tcp|unix)\("),
    _place("oracle:thin:", r"oracle:thin:[\w\-]{1,60}+/([^\s@\"'`/]{6,128}+)@"),
    _place(":_auth", r":_auth[ \t]{0,4}+=[ \t]{0,4}+\"?([A-Za-z0-9+/]{8,400}+={0,2}+)"),
    _place("BUNDLE_",
           r"BUNDLE_\w{1,60}?__(?:COM|ORG|IO|NET|DEV)[\"']?[ \t]{0,4}+[:=][ \t]{0,4}+[\"']?"
           r"([\w\-]{1,60}+(?::[\w\-]{6,60}+)?)"),
    _place("$apr1$|$2y$|$2a$|$2b$|{SHA}|{SSHA}|$6$|$5$|$1$|$y$",
           r":(?<=[\w.@\-]:)(\$(?:apr1|2[ayb]|[156y])\$[\w./$]{20,120}+|\{S?SHA\}[A-Za-z0-9+/=]{20,60}+)",
           allows="hash"),
)  # fmt: skip
MARKS = Needles(mark for place in PLACES for mark in place.marks)


def commanded(text: str) -> Iterator[tuple[int, int]]:
    """Where every value in such a place begins and ends that may be a password."""
    there = MARKS.present(text)
    for place in PLACES:
        if there.isdisjoint(place.marks):
            continue
        for match in place.pattern.finditer(text):
            group = match.lastindex or 1
            if place.behind and not _is_behind(text, match.start(), place.behind):
                continue
            if _is_allowed(match.group(group), place.allows):
                yield match.span(group)


def _is_allowed(value: str, allows: frozenset[str]) -> bool:
    if "hash" in allows:
        return entropy(value) >= 3.0
    if stands_in(value):
        return False
    if UUID.match(value):
        return "uuid" in allows
    if is_something_else(value) and "digest" not in allows:
        return False
    return is_given(value) or is_random(value)


def _is_behind(text: str, place: int, words: tuple[str, ...]) -> bool:
    """Whether one of the words stands before `place`, with no end of its line between that a backslash takes back."""
    start = max(0, place - FARTHEST)
    end = text.rfind("\n", start, place)
    while end >= 0 and text[max(0, end - 2) : end].rstrip("\r").endswith("\\"):
        end = text.rfind("\n", start, end)
    before = text[max(start, end + 1) : place]
    return any(word in before for word in words)
