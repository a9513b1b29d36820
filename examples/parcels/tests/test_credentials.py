"""Passwords and backups."""

import asyncio
import subprocess
import sys

import pytest

from parcels.services import backup, credentials, retry


def test_only_the_same_password_matches():
    kept = credentials.protect("correct horse")
    assert credentials.matches("correct horse", kept)
    assert not credentials.matches("battery staple", kept)


def test_one_password_is_never_kept_twice_in_the_same_bytes():
    assert credentials.protect("correct horse") != credentials.protect("correct horse")


def test_the_dump_is_named_after_its_day(tmp_path):
    commands = []
    environment = {"DB_PASSWORD": "from-the-vault", "DB_HOST": "db"}
    path = backup.dump(tmp_path, "2024-02-29", environment, commands.append)
    assert path.name == "parcels-2024-02-29.dump"
    assert commands[0][-1].endswith("@db/parcels")


def test_a_program_that_fails_is_an_error():
    with pytest.raises(subprocess.CalledProcessError):
        backup.run_command([sys.executable, "-c", "raise SystemExit(3)"])


def test_an_answer_ends_the_waiting():
    answers = iter([None, None, "here"])

    async def ask():
        return next(answers)

    assert asyncio.run(retry.until(ask, pause=0)) == "here"


def test_after_the_last_try_there_is_no_answer():
    async def ask():
        return None

    assert asyncio.run(retry.until(ask, tries=2, pause=0)) is None
