"""Both languages are complete: every Chinese text a person can see is marked, and every marked text has its English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.core.i18n import APP, catalogue_files

METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "lazy_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
CHINESE = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")

# Files whose Chinese is data, not a page's words: what offices write in workbooks, names of invented people, a language's name for itself, printed papers
# (which are Chinese by law), readings of surnames.
DATA = (
    "core/pinyin.py",
    "core/names.py",
    "core/money.py",
    "core/identity.py",
    "core/actor.py",
    "core/i18n.py",
    "core/holiday_notice.py",  # what offices write in a list
    "areas/readers.py",  # header words of area files
    "areas/service.py",  # what agencies are called after their places
    "messages/gateways/mail.py",  # the subject of a letter, which is the same for everybody
    "messages/rules/words.py",  # words that no text may bear
    "incidents/rules/illness_words.py",  # words that a note to an office must not bear
    "messages/service/hearing.py",  # what people answer
    "messages/suggested.py",  # words to begin with, in both languages
    "roster/rules/",
    "roster/papers_national.py",
    "subsidies/rules/returns.py",
    "subsidies/rules/remark.py",  # words that a bank's receipt must not bear
    "subsidies/rules/grounds.py",  # signs that document numbers have
    "numbers/rules/orders.py",  # and those of orders
    "numbers/rules/sampling.py",  # and of samples
    "numbers/rules/residents.py",  # how lists of villages end their names
    "numbers/papers_order.py",
    "numbers/paper",
    "numbers/rules/briefing",  # sentences of a paper
    "desk/demo",
    "discharges/papers.py",
    "discharges/readers.py",  # what hospitals' systems call a field
    "desk/day_paper.py",
    "subsidies/papers",
    "guardians/papers_duty.py",
    "benefits/papers.py",
    "insurance/papers.py",
    "patients/papers.py",
    "patients/papers_groups.py",
    "desk/papers_consents.py",
    "desk/papers_moving.py",
    "desk/papers_plan.py",
    "desk/papers_reassessing.py",
    "desk/papers_teams.py",
    "risk/papers.py",
    "visits/papers.py",
    "visits/papers_referral.py",
)


@cache
def _marked() -> dict[str, str]:
    found = {}
    options = {"**/templates/**.html": {"trimmed": "true"}}
    for path, line, text, _comments, _context in extract_from_dir(
        str(APP), method_map=METHODS, options_map=options, keywords=KEYWORDS
    ):
        for part in text if isinstance(text, tuple) else (text,):
            if CHINESE.search(part):
                found.setdefault(part, f"{path}:{line}")
    return found


@cache
def _english() -> dict[str, Message]:
    messages: dict[str, Message] = {}
    for path in catalogue_files("en"):
        with path.open("rb") as po:
            for message in read_po(po, locale="en"):
                for part in message.id if isinstance(message.id, tuple) else (message.id,):
                    if part:
                        messages[part] = message
    return messages


def test_every_marked_text_has_its_english() -> None:
    english = _english()
    missing = [f"{where} {text}" for text, where in _marked().items() if not (text in english and english[text].string)]
    assert not missing, f"{len(missing)} texts lack English:\n" + "\n".join(sorted(missing))


def test_english_keeps_the_placeholders() -> None:
    wrong = []
    for text, message in _english().items():
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wrong += [text for string in strings if set(PLACEHOLDER.findall(string)) != set(PLACEHOLDER.findall(text))]
    assert not wrong, "\n".join(wrong)


def test_no_english_without_its_chinese() -> None:
    unused = sorted(set(_english()) - set(_marked()))
    assert not [text for text in unused if CHINESE.search(text)], "\n".join(unused)


def test_templates_have_no_unmarked_chinese() -> None:
    loose = []
    for path in sorted(APP.glob("**/templates/**/*.html")):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
        text = re.sub(r"\{%-?\s*trans.*?endtrans\s*-?%\}", "", text, flags=re.S)
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.S)
        loose += [f"{path.relative_to(APP)}: {found}" for found in re.findall(r"[^\n<>]*[\u3400-\u9fff][^\n<>]*", text)]
    assert not loose, "\n".join(loose)


def test_code_has_no_unmarked_chinese() -> None:
    loose = []
    for path in sorted(APP.glob("**/*.py")):
        name, source = str(path.relative_to(APP)), path.read_text(encoding="utf-8")
        if not name.startswith(DATA) and CHINESE.search(source):
            loose += [f"{name}:{line} {text}" for line, text in _loose_chinese(ast.parse(source))]
    assert not loose, "\n".join(loose)


def _loose_chinese(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """String constants with Chinese that are neither a docstring nor the argument of a marking call."""
    excused: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KEYWORDS:
            excused |= {id(inner) for argument in node.args for inner in ast.walk(argument)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            excused.add(id(node.value))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and CHINESE.search(node.value)
            and id(node) not in excused
        ):
            yield node.lineno, node.value[:60]


def test_a_text_has_one_english_whichever_room_says_it() -> None:
    """Catalogues are read as one: of two translations the later room's would win, wherever the text stands."""
    said: dict[str, dict[str, str]] = {}
    for path in catalogue_files("en"):
        with path.open("rb") as po:
            for message in read_po(po, locale="en"):
                text = message.id[0] if isinstance(message.id, tuple) else message.id
                if text:
                    said.setdefault(text, {})[str(message.string)] = str(path.relative_to(APP).parts[0])
    double = [f"{text}: {words}" for text, words in said.items() if len(words) > 1]
    assert not double, "\n".join(double)


def test_one_is_said_as_one() -> None:
    """A count in English has a form for one: `%(n)s rows` alone would say "1 rows"."""
    for text, message in _english().items():
        if isinstance(message.string, tuple):
            one, many = message.string
            assert one != many and one and many, text
