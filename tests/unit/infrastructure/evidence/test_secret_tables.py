"""Secrets in the columns of tables. No credential stands in this file: values are made when the tests run."""

from __future__ import annotations

import pytest

from muster.domain.workspace.languages import language_of
from muster.infrastructure.evidence.analysers.secret_candidates import candidates

from .test_secrets import made_up

FIRST, SECOND = "Ma" + made_up(6) + "7-k" + made_up(3) + "9", "9f," + made_up(5) + "-Qx4"
TOKEN = made_up(32)
TABLES = {
    "comma": ("a.csv", 'user,password,email\nann,{0},a@acme.io\nben,"{1}",b@acme.io\n', [FIRST, SECOND]),
    "last column": ("a.csv", "name,url,db password\r\nx,acme.io,{0}\r\ny,acme.io,{1}x", [FIRST]),
    "markdown": ("a.md", "| user | Password |\n|:---|---|\n| ann | {0} |\n", [FIRST]),
    "no border": ("a.md", "user | password\n--- | ---\nann | {0}\n", [FIRST]),
    "semicolon": ("a.txt", "name;pwd\nann;{0}\n\nben;not one7\n", [FIRST]),
    "tab": ("a.tsv", "password\ttitle\n{0}\tx\n", [FIRST]),
    "two of them": ("a.csv", "password,token\n{0},{2}\n", [FIRST, TOKEN]),
}
SILENT = {
    "what columns are": "| field | type |\n|---|---|\n| password | string9 |\n| token | {0} |\n",
    "a public one": "name,public_token\nx,{2}\n",
    "options": "| option | password |\n|---|---|\n| required | yes |\n| shape | min-8-chars |\n",
    "a call": "f(user,\n  password,\n  email7)\n",
    "one column": "password\nand then7some\n",
    "words": "The user, the password,\nand chapter7, section8,\n",
    "numbers beside it": "1,password\n2,{0}\n",
}


@pytest.mark.parametrize(("path", "text", "secrets"), TABLES.values(), ids=TABLES)
def test_what_stands_below_a_telling_name_is_a_secret(path: str, text: str, secrets: list[str]) -> None:
    """In every row of as many cells, to the ends of the cell."""
    filled = text.format(FIRST, SECOND, TOKEN)
    found = {filled[one.start : one.end] for one in candidates(filled, language_of(path))}
    assert found == set(secrets)


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_what_is_no_column_of_secrets_stays(text: str) -> None:
    """Rows end where the number of cells changes; a first line has no values in it."""
    filled = text.format(FIRST, SECOND, TOKEN)
    assert [filled[one.start : one.end] for one in candidates(filled, "markdown")] == []
