"""The table of edge cases and the tests that are named after them agree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "edge-cases.md"
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_edge_(\d\d)_\w+)`")
TEST = re.compile(r"test_edge_(\d\d)_\w+")
CASES = range(1, 43)


def _rows() -> dict[int, str]:
    matches = (ROW.match(line) for line in TABLE.read_text(encoding="utf-8").splitlines())
    return {int(found[1]): found[3] for found in matches if found}


def _tests() -> set[tuple[str, str]]:
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and TEST.match(node.name)]
        found |= {(path.relative_to(ROOT).as_posix(), name) for name in names}
    return found


def test_every_case_has_a_row_with_a_test_or_the_issue_that_it_waits_for() -> None:
    rows = _rows()
    assert sorted(rows) == list(CASES)
    bare = [number for number, cell in rows.items() if not NAMED.search(cell) and "waits for issue" not in cell]
    assert not bare


def test_the_table_names_exactly_the_tests_that_exist_each_in_the_row_of_its_number() -> None:
    named = {(path, name) for cell in _rows().values() for path, name, _number in NAMED.findall(cell)}
    assert named == _tests()
    wrong = [name for number, cell in _rows().items() for _path, name, of in NAMED.findall(cell) if int(of) != number]
    assert not wrong
