"""How bad, how sure, and in which words: ruff's rules of likely bugs.

Severity is the harm if it is true: code that cannot be imported or ends in an exception weighs more than what
is only left over. What is a matter of taste is info at most.
"""

from __future__ import annotations

from collections.abc import Mapping

from .ruff import Verdict

_NO_IMPORT = "Python refuses to compile this, so the module cannot be imported: {why}"
_BREAKS = "This raises when it runs: {why}"


def _refused(why: str) -> Verdict:
    return Verdict("high", 0.95, _NO_IMPORT.format(why=why), "Correct the statement.")


def _raises(why: str, suggestion: str, confidence: float = 0.85) -> Verdict:
    return Verdict("medium", confidence, _BREAKS.format(why=why), suggestion)


REFUSED: Mapping[str, Verdict] = {
    "F404": _refused("an import from __future__ comes too late"),
    "F406": _refused("import * is allowed at module level only"),
    "F407": _refused("there is no such __future__ feature"),
    "F621": _refused("too many values in a starred assignment"),
    "F622": _refused("two stars in one assignment"),
    "F701": _refused("break outside a loop"),
    "F702": _refused("continue outside a loop"),
    "F704": _refused("yield outside a function"),
    "F706": _refused("return outside a function"),
    "F707": _refused("a bare except must be the last one"),
    "PLE0115": _refused("a name is both nonlocal and global"),
    "PLE0117": _refused("a nonlocal name is bound nowhere"),
    "PLE0118": _refused("a name is used before it is declared global"),
    "PLE1700": _refused("yield from in an async function"),
}

FORMATS: Mapping[str, Verdict] = {
    "F501": _raises("the % format is not valid", "Correct the format."),
    "F502": _raises("the format wants a mapping, and gets a sequence", "Pass a mapping, or drop the names."),
    "F503": _raises("the format wants a sequence, and gets a mapping", "Pass a tuple, or name the places."),
    "F505": _raises("a named place of the format gets no value", "Pass the missing value."),
    "F506": _raises("the format mixes named and positional places", "Use one kind of place."),
    "F507": _raises("places and values of the format differ in number", "Make places and values match."),
    "F508": _raises("a * in the format needs a tuple of values", "Pass a tuple."),
    "F509": _raises("the format has an unknown character", "Correct the format."),
    "F521": _raises("the format string is not valid", "Correct the braces."),
    "F524": _raises("a place of the format gets no value", "Pass the missing value."),
    "F525": _raises("the format mixes automatic and manual numbering", "Number all places, or none."),
    "PLE1300": _raises("the format has an unknown character", "Correct the format."),
    "PLE1307": _raises(
        "a value has not the type that the format wants", "Correct the format or the value.", 0.7,
    ),
    "PLE1205": Verdict(
        "medium",
        0.9, "The log message has fewer places than values: it is lost, and an error is printed instead",
        "Add a place for each value.",
    ),
    "PLE1206": Verdict(
        "medium",
        0.9, "The log message has more places than values: it is lost, and an error is printed instead",
        "Pass a value for each place.",
    ),
    "F504": Verdict("low", 0.8, "A value is passed to the format that it never uses", "Remove the value."),
    "F522": Verdict("low", 0.8, "A value is passed to the format that it never uses", "Remove the value."),
    "F523": Verdict("low", 0.8, "A value is passed to the format that it never uses", "Remove the value."),
    "F541": Verdict("info", 0.9, "An f-string without places is an ordinary string", "Drop the f."),
}  # fmt: skip

NAMES: Mapping[str, Verdict] = {
    "F821": Verdict(
        "high", 0.9, "{name} is defined nowhere: whoever reaches this line gets a NameError",
        "Define or import it, or correct the spelling.",
    ),
    "F822": _raises("__all__ names {name}, which the module does not have", "Correct __all__.", 0.8),
    "F823": _raises("{name} is read before the function assigns it", "Assign it first, or rename one.", 0.8),
    "F811": Verdict(
        "medium", 0.7, "A second definition replaces {name} before anybody used the first",
        "Remove or rename one of them.",
    ),
    "F401": Verdict("low", 0.9, "{name} is imported and never used", "Remove the import."),
    "F841": Verdict("low", 0.85, "{name} gets a value that nobody reads", "Remove it, or use it."),
    "F842": Verdict("low", 0.85, "{name} is annotated and never used", "Remove it."),
    "F402": Verdict("low", 0.7, "A loop variable hides the import {name}", "Rename the loop variable."),
    "F403": Verdict("info", 0.9, "A star import hides where names come from", "Import names one by one."),
    "F722": Verdict("info", 0.4),
    "PLE0604": _raises("__all__ holds something that is not a string", "Name everything by strings."),
    "PLE0605": Verdict("low", 0.4, "__all__ is neither a list nor a tuple", "Write it as a list of strings."),
}  # fmt: skip

LIKELY_BUGS: Mapping[str, Verdict] = {
    "B006": Verdict(
        "medium", 0.85, "The default is made once, and shared and changed by all calls",
        "Default to None and make a new one inside.",
    ),
    "B023": Verdict(
        "medium", 0.65,
        "The inner function sees {name} as the loop leaves it, not as it was when the function was made",
        "Bind the value: a default argument, functools.partial, or a function that makes the function.",
    ),
    "B039": Verdict("medium", 0.8, "All contexts share and change one default", "Default to None."),
    "B008": Verdict(
        "low", 0.4, "The default is worked out once, at import", "Work it out inside the function.",
    ),
    "B012": Verdict(
        "medium", 0.8, "Leaving from finally swallows the exception that is under way", "Leave after it.",
    ),
    "B015": Verdict(
        "medium", 0.85, "The result of the comparison goes nowhere", "Assert it, use it or remove it.",
    ),
    "B016": _raises("a literal is no exception", "Raise an exception.", 0.95),
    "B018": Verdict("low", 0.6, "The expression does nothing", "Use its value, or remove it."),
    "B019": Verdict(
        "low", 0.6, "The cache on a method keeps every instance alive",
        "Cache on the instance, or a function.",
    ),
    "B020": Verdict("low", 0.5, "The loop variable replaces what is looped over", "Rename the variable."),
    "B002": Verdict("medium", 0.9, "++ and -- do nothing in Python", "Write += 1 or -= 1."),
    "B003": Verdict(
        "medium", 0.8, "The environment of child processes stays as it was", "Use os.environ.clear().",
    ),
    "B005": Verdict(
        "medium", 0.6, "strip removes any of these characters, not the word",
        "Use removeprefix or removesuffix.",
    ),
    "B025": Verdict("medium", 0.9, "The second handler of {name} is never reached", "Remove one."),
    "B029": Verdict("medium", 0.9, "except with an empty tuple catches nothing", "Name the exceptions."),
    "B030": _raises("only exception classes can be caught", "Name exception classes.", 0.8),
    "B031": Verdict(
        "medium", 0.8, "A group of groupby is empty when it is read a second time", "Keep it in a list.",
    ),
    "B032": Verdict("medium", 0.8, "This annotates where it was to assign", "Write = instead of :."),
    "B035": Verdict(
        "medium", 0.9, "All items have one key, so only the last is kept", "Use a key that changes.",
    ),
    "F601": Verdict(
        "medium", 0.7, "The key {name} stands twice, so the first value is lost", "Remove or rename one.",
    ),
    "F602": Verdict(
        "medium", 0.7, "The key {name} stands twice, so the first value is lost", "Remove or rename one.",
    ),
    "F631": Verdict(
        "medium", 0.95, "A tuple is always true, so this asserts nothing", "Remove the parentheses.",
    ),
    "F632": Verdict("medium", 0.9, "is compares identity, which for literals is chance", "Use == or !=."),
    "F633": _raises("print does not take >>", "Pass file= to print."),
    "F634": Verdict(
        "medium", 0.95, "A tuple is always true, so this is no condition", "Remove the parentheses.",
    ),
    "F901": Verdict("medium", 0.9, "NotImplemented is no exception", "Raise NotImplementedError."),
    "B904": Verdict(
        "low", 0.7, "The new exception looks like an accident in handling the old one",
        "Write raise … from error.",
    ),
    "B007": Verdict("info", 0.7, "{name} is not used in the loop", "Call it _."),
    "B011": Verdict("low", 0.8, "assert False is gone under python -O", "Raise AssertionError."),
    "B017": Verdict(
        "low", 0.6, "The test passes for any exception, typing errors included", "Name the exception.",
    ),
    "B004": Verdict("low", 0.6), "B021": Verdict("low", 0.8), "B022": Verdict("low", 0.8),
    "B026": Verdict("low", 0.6), "B033": Verdict("low", 0.8), "B034": Verdict("low", 0.6),
    "B013": Verdict("info", 0.9), "B014": Verdict("info", 0.9), "B024": Verdict("info", 0.5),
    "B027": Verdict("info", 0.5), "B009": Verdict("info", 0.9),
    "B010": Verdict(
        "info", 0.9, "setattr with a fixed name is an assignment that readers and tools do not see",
        "Assign the attribute: x.name = value.",
    ),
    "B028": Verdict(
        "info", 0.6, "The warning names the line that warns, not the line of the caller who has to change",
        "Pass stacklevel=2 to warnings.warn.",
    ),
}  # fmt: skip

ERRORS: Mapping[str, Verdict] = {
    "PLE0100": _raises("__init__ is a generator", "Do not yield in __init__."),
    "PLE0101": _raises("__init__ returns a value", "Return nothing from __init__.", 0.9),
    "PLE0704": Verdict(
        "low", 0.4, "raise without an exception works only while one is handled", "Name the exception.",
    ),
    "PLE1142": Verdict(
        "medium", 0.8, "await outside an async function is a syntax error", "Make the function async.",
    ),
    "PLE2502": Verdict(
        "medium", 0.4, "Invisible characters turn the direction of the text: it may not do what it seems to",
        "Write them as escapes.", family="bidirectional-text", cwe=1007,
    ),
    "PLE1310": Verdict("low", 0.7), "PLE1519": Verdict("medium", 0.8), "PLE1520": Verdict("medium", 0.8),
    "PLE0237": _raises("the attribute is not in __slots__", "Add it to __slots__.", 0.8),
    "PLE0241": _raises("a base class stands twice", "Remove one.", 0.9),
    "PLE0302": _raises(
        "the special method has the wrong number of parameters", "Correct its signature.", 0.7,
    ),
    "PLE1132": _refused("an argument is passed twice"),
}  # fmt: skip

ASYNCHRONOUS: Mapping[str, Verdict] = {
    "ASYNC100": Verdict("medium", 0.7),
    "ASYNC105": Verdict("medium", 0.9, "The call is not awaited, so it does nothing", "Await it."),
    "ASYNC110": Verdict("low", 0.5, "Waiting by asking again and again", "Wait for an event."),
    "ASYNC115": Verdict("info", 0.8),
    "ASYNC116": Verdict("info", 0.6),
    "ASYNC210": Verdict(
        "medium", 0.85, "A blocking request in a coroutine stops all others until it is answered",
        "Use an asynchronous client, or a thread.",
    ),
    "ASYNC212": Verdict(
        "medium", 0.8, "A blocking request in a coroutine stops all others until it is answered",
        "Use httpx.AsyncClient.",
    ),
    "ASYNC230": Verdict("low", 0.7, "Opening a file blocks the event loop", "Use a thread for large files."),
    "ASYNC240": Verdict(
        "info", 0.6, "File system calls block the event loop", "Use a thread if they can be slow.",
    ),
    "ASYNC250": Verdict(
        "medium", 0.9, "input() stops the event loop until someone types", "Read it in a thread.",
    ),
    "ASYNC251": Verdict(
        "medium", 0.95, "time.sleep in a coroutine stops the whole event loop", "Await asyncio.sleep.",
    ),
    **dict.fromkeys(
        ("ASYNC220", "ASYNC221", "ASYNC222"),
        Verdict(
            "medium", 0.8, "Running a program this way stops the event loop until it ends",
            "Use asyncio.create_subprocess_exec, or a thread.",
        ),
    ),
}  # fmt: skip

RULES: Mapping[str, Verdict] = {**REFUSED, **FORMATS, **NAMES, **LIKELY_BUGS, **ERRORS, **ASYNCHRONOUS}
OTHER = Verdict("low", 0.6)
"""A rule without an entry above: ruff's own words, and no more than low."""
