"""Commands of the desk: asking a rule, the demonstration county, the working days, merged villages, and the copies that the register keeps."""

from __future__ import annotations

from app.desk.demo.cli import demo
from app.desk.kept_copies import patients
from app.desk.rules_cli import rules_cli
from app.desk.villages_cli import villages
from app.desk.workdays_cli import workdays

COMMANDS = (demo, patients, rules_cli, villages, workdays)
