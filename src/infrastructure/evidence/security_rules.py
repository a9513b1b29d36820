"""How bad, how sure, which weakness (CWE), and in which words: ruff's security rules.

What depends on where the data comes from cannot be seen by a rule: its confidence says so.
"""

from __future__ import annotations

from collections.abc import Mapping

from .ruff import Verdict

INJECTION: Mapping[str, Verdict] = {
    "S608": Verdict(
        "medium",
        0.3, "A query is put together from strings: whoever controls a part of it controls the query",
        "Pass values as parameters; take names of tables and columns from a fixed list.", "sql-injection", 89,
    ),
    "S610": Verdict(
        "medium", 0.4, "extra() takes raw SQL", "Use the query API, or pass params.", "sql-injection", 89,
    ),
    "S611": Verdict("low", 0.3, "RawSQL takes raw SQL", "Pass values as params.", "sql-injection", 89),
    "S602": Verdict(
        "high",
        0.8, "A command with variable parts goes through a shell: a ; or $( in them runs other commands",
        "Pass a list of arguments, without a shell.", "command-injection", 78,
    ),
    "S604": Verdict("medium", 0.4, "", "Pass a list of arguments, without a shell.", "command-injection", 78),
    "S605": Verdict(
        "high",
        0.7, "A command with variable parts goes through a shell: a ; or $( in them runs other commands",
        "Use subprocess.run with a list of arguments.", "command-injection", 78,
    ),
    "S601": Verdict(
        "medium", 0.4, "A command is sent to a remote shell", "Quote its parts.", "command-injection", 78,
    ),
    "S609": Verdict(
        "medium", 0.6, "File names that a wildcard finds may be read as options",
        "Name the files, or use -- and ./*.", "command-injection", 78,
    ),
    "S307": Verdict(
        "high", 0.6, "eval runs whatever the text says",
        "Parse it: ast.literal_eval, json, or a small grammar.",
        "code-injection", 95,
    ),
    "S102": Verdict(
        "medium", 0.4, "exec runs whatever the text says", "Do without exec, or fix what may come in.",
        "code-injection", 95,
    ),
    "S612": Verdict(
        "medium", 0.8, "Whoever reaches the port of logging.config.listen can run code",
        "Verify what it receives.", "code-injection", 94,
    ),
    "S201": Verdict(
        "high", 0.85, "Flask's debugger lets visitors run code",
        "Read debug from the environment; off by default.", "debug-on", 489,
    ),
}  # fmt: skip

DATA: Mapping[str, Verdict] = {
    "S301": Verdict(
        "high", 0.5, "Unpickling runs code that the data names: safe only if nobody else can write the data",
        "Use json, or sign the data and check the signature first.", "unsafe-deserialisation", 502,
    ),
    "S302": Verdict(
        "medium", 0.4, "marshal is not made for data from others", "Use json.", "unsafe-deserialisation",
        502,
    ),
    "S506": Verdict(
        "high", 0.85, "This YAML loader builds any Python object that the document names",
        "Use yaml.safe_load.",
        "unsafe-deserialisation", 502,
    ),
    "S202": Verdict(
        "medium", 0.6, "Names in the archive may lead outside the folder", "Pass filter=\"data\".",
        "path-traversal", 22,
    ),
    "S310": Verdict(
        "low", 0.3, "The URL may have any scheme, file: included", "Check the scheme first.", "any-scheme",
        918,
    ),
    "S308": Verdict(
        "low", 0.3, "The text is marked as safe HTML, and is not escaped",
        "Use format_html for its parts.", "cross-site-scripting", 79,
    ),
    "S704": Verdict(
        "low", 0.3, "The text is marked as safe HTML, and is not escaped", "Use Markup.format or escape.",
        "cross-site-scripting", 79,
    ),
    "S701": Verdict(
        "high", 0.8, "These templates escape nothing: what users wrote becomes part of the page",
        "Pass autoescape=select_autoescape().", "template-autoescape-off", 79,
    ),
    "S702": Verdict(
        "medium", 0.5, "Mako escapes nothing by itself", "Pass default_filters=[\"h\"].",
        "cross-site-scripting", 79,
    ),
    **dict.fromkeys(
        ("S313", "S314", "S315", "S316", "S317", "S318", "S319"),
        Verdict(
            "low", 0.4, "This XML parser can be made to use all memory by a small document",
            "Use defusedxml for XML from others.", "xml-bomb", 776,
        ),
    ),
}  # fmt: skip

CRYPTOGRAPHY: Mapping[str, Verdict] = {
    "S303": Verdict(
        "low", 0.4, "The hash is broken", "Use SHA-256, or say usedforsecurity=False.", "weak-hash", 327,
    ),
    "S324": Verdict(
        "low", 0.4, "The hash is broken: two texts with one hash can be made",
        "Use SHA-256, or say usedforsecurity=False.",
        "weak-hash", 327,
    ),
    "S304": Verdict(
        "high", 0.7, "The cipher is broken", "Use AES-GCM or ChaCha20-Poly1305.", "weak-cipher", 327,
    ),
    "S305": Verdict(
        "high", 0.7, "The mode shows patterns of the plain text", "Use AES-GCM.", "weak-cipher", 327,
    ),
    "S311": Verdict(
        "medium", 0.7, "What random makes can be predicted, and this seems to be meant as a secret",
        "Use the secrets module.", "weak-random", 330,
    ),
    "S505": Verdict(
        "high", 0.8, "The key is too short", "Use at least 2048 bits, or an elliptic curve.", "weak-key",
        326,
    ),
    "S501": Verdict(
        "high", 0.9, "The certificate is not checked, so anybody in between can read and change everything",
        "Leave verification on; pass the CA file if it is your own.", "certificate-not-checked", 295,
    ),
    "S323": Verdict(
        "medium", 0.8, "The context does not check certificates", "Use ssl.create_default_context().",
        "certificate-not-checked", 295,
    ),
    "S502": Verdict("high", 0.8, "The protocol is broken", "Use TLS 1.2 or newer.", "weak-protocol", 327),
    "S503": Verdict(
        "medium", 0.7, "The default is a broken protocol", "Use TLS 1.2 or newer.", "weak-protocol", 327,
    ),
    "S504": Verdict(
        "medium", 0.6, "wrap_socket may choose a broken protocol", "Use ssl.create_default_context().",
        "weak-protocol", 327,
    ),
    "S507": Verdict(
        "high", 0.7, "Any host key is believed", "Load known host keys, and reject others.",
        "host-key-not-checked", 295,
    ),
    "S508": Verdict("medium", 0.7, "", "Use SNMPv3.", "clear-text", 319),
    "S509": Verdict("medium", 0.7, "", "Use authPriv.", "clear-text", 319),
    "S312": Verdict("medium", 0.8, "Telnet sends passwords in the clear", "Use SSH.", "clear-text", 319),
    "S321": Verdict(
        "medium", 0.6, "FTP sends passwords in the clear", "Use SFTP or FTPS.", "clear-text", 319,
    ),
}  # fmt: skip

SYSTEM: Mapping[str, Verdict] = {
    "S103": Verdict(
        "medium", 0.6, "Others may write to the file", "Use 0o600 or 0o640.", "file-permissions", 732,
    ),
    "S104": Verdict(
        "medium", 0.4, "The service answers on all networks", "Bind to 127.0.0.1, or make it a setting.",
        "bind-all", 605,
    ),
    "S105": Verdict(
        "high", 0.6, "A password stands in the code", "Read it from the environment, and change it.",
        "secret:literal", 798,
    ),
    "S106": Verdict(
        "high", 0.6, "A password stands in the code", "Read it from the environment, and change it.",
        "secret:literal", 798,
    ),
    "S107": Verdict(
        "high", 0.6, "A password stands in the code", "Read it from the environment, and change it.",
        "secret:literal", 798,
    ),
    "S108": Verdict(
        "low", 0.4, "Others can guess the name and make the file first", "Use tempfile.", "temporary-file",
        377,
    ),
    "S306": Verdict(
        "medium", 0.9, "Somebody else can make the file between mktemp and the use of its name",
        "Use NamedTemporaryFile or mkstemp.", "temporary-file", 377,
    ),
    "S110": Verdict(
        "low", 0.5, "The exception is dropped without a trace", "Name the exception, and log it.",
        "swallowed-exception", 390,
    ),
    "S112": Verdict(
        "low", 0.5, "The exception is dropped without a trace", "Name the exception, and log it.",
        "swallowed-exception", 390,
    ),
    "S113": Verdict(
        "medium", 0.8, "A server that never answers keeps this waiting for ever", "Pass timeout=.",
        "no-timeout", 400,
    ),
}  # fmt: skip

RULES: Mapping[str, Verdict] = {**INJECTION, **DATA, **CRYPTOGRAPHY, **SYSTEM}
OTHER = Verdict("low", 0.4)
"""A rule without an entry above: ruff's own words, and no more than low."""
