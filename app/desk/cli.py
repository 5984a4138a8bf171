"""Commands of the desk: asking a rule, and the demonstration county."""

from __future__ import annotations

from app.desk.demo.cli import demo
from app.desk.rules_cli import rules_cli

COMMANDS = (demo, rules_cli)
