"""Which class a text has when nobody says."""

from __future__ import annotations

import re

from .classification import Classification

SENSITIVE = frozenset(
    {
        "patient", "patients", "diagnosis", "diagnoses", "diagnosed", "prescription", "medical", "healthcare",
        "hipaa", "phi", "mrn", "salary", "salaries", "payroll", "ssn", "iban", "biometric", "cardholder", "pci",
    }
)  # fmt: skip
INTERNAL = frozenset(
    {
        "internal", "proprietary", "confidential", "secret", "secrets", "password", "passwords", "credential",
        "credentials", "roadmap", "employee", "employees", "customer", "customers", "unreleased",
    }
)  # fmt: skip
SENSITIVE_PHRASES = (
    "social security number", "credit card", "health record", "bank account", "date of birth", "criminal record",
    "trade secret",
)  # fmt: skip
WORDS = re.compile(r"[^\W_]+")


def classify(text: str, default: Classification = Classification.INTERNAL) -> Classification:
    """The most sensitive class that a word of `text` calls for, else `default`.

    Whole words count: a `secretary` is no secret. Singular and plural are listed where both are common. Words that
    stand in every second lesson about code (`password`, `secret`) make a text internal, not sensitive: who wants it
    encrypted says so.
    """
    words = WORDS.findall(text.lower())
    seen = set(words)
    plain = f" {' '.join(words)} "
    if seen & SENSITIVE or any(f" {phrase} " in plain for phrase in SENSITIVE_PHRASES):
        return Classification.SENSITIVE
    if seen & INTERNAL:
        return max(default, Classification.INTERNAL, key=lambda one: one.rank)
    return default
