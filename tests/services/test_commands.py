"""Commands on a database that is not at the code's revision say so in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from config import Settings

SENTENCE = "The database is not up to date; run flask db upgrade first.\n"
COMMANDS = (
    ("audit", "verify"),
    ("audit", "seal"),
    ("user", "list"),
    ("keys", "rotate"),
    ("demo", "load"),
    ("subsidy", "verify", "--county", "349921", "--quarter", "2026Q3"),
)


@pytest.fixture
def unmigrated(tmp_path: Path) -> Flask:
    return create_app(Settings.from_environ({"ANHU_ENV": "test", "ANHU_INSTANCE": str(tmp_path)}))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_on_an_unmigrated_database_refuses_in_one_sentence(
    unmigrated: Flask, command: tuple[str, ...]
) -> None:
    answered = unmigrated.test_cli_runner().invoke(args=list(command))
    assert (answered.exit_code, answered.stdout, answered.stderr) == (1, "", SENTENCE)


def test_a_database_that_does_not_answer_is_called_so(tmp_path: Path) -> None:
    away = f"sqlite:///{tmp_path / 'nowhere' / 'anhu.db'}"
    app = create_app(
        Settings.from_environ({"ANHU_ENV": "test", "ANHU_INSTANCE": str(tmp_path), "ANHU_DATABASE_URL": away})
    )
    answered = app.test_cli_runner().invoke(args=["user", "list"])
    assert answered.exit_code == 1 and answered.stderr.startswith("The database does not answer")
    assert len(answered.stderr.splitlines()) == 1
