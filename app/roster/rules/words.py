"""How like a header is to a field: cleaning of header text, group hints, scored candidates."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from app.core.workbooks.sheet import Cell
from app.roster.rules.book import ROSTER, Book
from app.roster.rules.columns import NAME, Column, Field, Group
from app.roster.rules.periods import quarters_in

LONGEST_HEADER = 40
LEAST_LIKENESS = 0.5
UNSURE = 0.8  # a word such as 姓名 that does not say whose
ELSEWHERE = 0.75  # a field's own word under the head of another group
LEAST_COVER = 0.4
PERSONS = frozenset((Group.PATIENT, Group.FIRST, Group.SECOND))
NAMED_BY_GROUP = 0.9  # a column called 协助监护人 holds that person's name

_REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_NUMBERING = re.compile(r"^\(?\d{1,2}[).、]")
_NOISE = re.compile(r"[\s*:;,.·…'\"?!、/\\_()\[\]【】|＊☆★-]")
_RELATION = re.compile(r"[与和同]?(?:其|患者|病人|被监护人|服务对象|本人)的?关系")


@dataclass(frozen=True)
class Candidate:
    """`quarter` tells apart columns of one payment field, a column a quarter."""

    field: Field
    group: Group
    score: float
    quarter: str = ""


def header_text(cell: Cell) -> str:
    """The header as written, on one line."""
    return " ".join(str(cell).split()) if isinstance(cell, str) else "" if cell is None else str(cell)


def clean_header(text: str) -> str:
    """Header text in the form of the tables in `columns.py`."""
    return _clean(_REMARK.sub("", unicodedata.normalize("NFKC", text)))


@lru_cache(maxsize=4096)
def _variants(text: str) -> tuple[str, ...]:
    """Without remarks in brackets, and with them: 村(社区) is 村, （第一）监护人 is 第一监护人."""
    plain = unicodedata.normalize("NFKC", text)
    found = (_clean(_REMARK.sub("", plain)), _clean(plain))
    return tuple(dict.fromkeys(one for one in found if one))


def _clean(plain: str) -> str:
    words = _NOISE.sub("", _NUMBERING.sub("", plain.strip().lower()))
    return _RELATION.sub("关系", words)


@lru_cache(maxsize=8)
def _groups(book: Book) -> list[tuple[re.Pattern[str], tuple[Group, ...]]]:
    return [(re.compile(words), groups) for words, groups in book.group_words]


def group_hint(text: str, book: Book = ROSTER) -> tuple[str, tuple[Group, ...]] | None:
    """The words in a (clean) header that tell its group, and the groups that they may mean."""
    for pattern, groups in _groups(book):
        found = pattern.search(text)
        if found:
            return found[0], groups
    return None


@lru_cache(maxsize=8)
def _every_word(book: Book) -> frozenset[str]:
    return frozenset(_NOISE.sub("", word) for column in book.columns for word in (*column.alone, *column.grouped))


def known_words(texts: list[str], book: Book = ROSTER) -> int:
    """How many of the texts are header words as they stand: a cheap look before the exact one."""
    every = _every_word(book)
    return sum(any(one in every or _without_hint(one, book) in every for one in _variants(text)) for text in texts)


def _without_hint(text: str, book: Book) -> str:
    hint = group_hint(text, book)
    return text.replace(hint[0], "", 1) if hint else text


@lru_cache(maxsize=4096)
def candidates(leaf: str, heads: tuple[str, ...], this_year: int, book: Book = ROSTER) -> tuple[Candidate, ...]:
    """What a column may be, best first. `heads` are the group heads above the leaf, innermost first."""
    head = next((hint for text in heads for one in _variants(text) if (hint := group_hint(one, book))), None)
    best: dict[tuple[Field, str], Candidate] = {}
    for text in _variants(leaf):
        if len(text) > LONGEST_HEADER:
            continue
        by_quarter = _by_quarter(text, heads, head, this_year, book)
        for found in (*_by_words(text, head, book), *by_quarter):
            if by_quarter and found.field is Field.PAID_PERIOD:
                continue  # 一季度 is a column of amounts, not one that names periods
            known = best.get((found.field, found.quarter))
            if known is None or known.score < found.score:
                best[found.field, found.quarter] = found
    return _decided(sorted(best.values(), key=lambda one: -one.score))


def _decided(found: list[Candidate]) -> tuple[Candidate, ...]:
    """A column that is known to be of no use (监护人年龄) is not taken for something that it merely resembles."""
    useless = next((one for one in found if one.field is Field.IGNORED and one.score >= 1), None)
    if useless and all(one.score < 1 for one in found if one is not useless):
        return (useless,)
    return tuple(found)


def _by_words(text: str, head: tuple[str, tuple[Group, ...]] | None, book: Book) -> list[Candidate]:
    own = group_hint(text, book)
    found = []
    for column in book.columns:
        if any(word in text for word in column.never):
            continue
        score = _by_own_hint(text, own, head, column) if own else _by_head(text, head, column)
        if score >= LEAST_LIKENESS:
            found.append(Candidate(column.field, column.group, round(score, 3)))
    return found


def _by_own_hint(
    text: str, hint: tuple[str, tuple[Group, ...]], head: tuple[str, tuple[Group, ...]] | None, column: Column
) -> float:
    token, groups = hint
    alone = _best(text, column.alone)
    rest = text.replace(token, "", 1)
    if column.group is Group.IGNORED:
        return max(alone, _best(rest, column.alone))
    if column.group not in groups:
        if alone < 1 and column.group in PERSONS and PERSONS.issuperset(groups):
            return 0.0  # 监护人民族 is not the patient's
        under_head = head is not None and column.group in head[1] and text in column.grouped
        return 1.0 if alone == 1 or under_head else alone * 0.9
    if not rest and column.grouped == NAME:
        return NAMED_BY_GROUP - 0.1 * groups.index(column.group)
    score = max(alone, _best(rest, column.alone), _best(rest, column.grouped))
    return score - 0.1 * groups.index(column.group)


def _by_head(text: str, head: tuple[str, tuple[Group, ...]] | None, column: Column) -> float:
    alone, grouped = _best(text, column.alone), _best(text, column.grouped)
    if head is None:
        return max(alone, grouped * UNSURE)
    if column.group in head[1]:
        return max(alone, grouped) - 0.1 * head[1].index(column.group)
    return alone * (1 if column.group is Group.IGNORED else ELSEWHERE)


def _by_quarter(
    text: str, heads: tuple[str, ...], head: tuple[str, tuple[Group, ...]] | None, this_year: int, book: Book
) -> list[Candidate]:
    """Payments with a column (or a head) for each quarter: 第一季度, 一季度发放金额, 1-3月."""
    if all(column.group is not Group.PAYMENT for column in book.columns):
        return []
    own = group_hint(text, book)
    paid = (own is not None and Group.PAYMENT in own[1]) or (head is not None and Group.PAYMENT in head[1])
    quarter = _one_quarter(text, this_year)
    if quarter:
        sure = paid or "金额" in text
        return [Candidate(Field.PAID_AMOUNT, Group.PAYMENT, 1.0 if sure else 0.6, quarter)]
    quarter = next((one for up in heads for name in _variants(up) if (one := _one_quarter(name, this_year))), "")
    if not quarter:
        return []
    return [
        Candidate(column.field, column.group, score, quarter)
        for column in book.columns
        if column.group is Group.PAYMENT
        and (score := max(_best(text, column.alone), _best(text, column.grouped))) > UNSURE
    ]


def _one_quarter(text: str, this_year: int) -> str:
    try:
        found = quarters_in(text, this_year, bare=False)
    except ValueError:
        return ""
    return str(found[0]) if len(found) == 1 else ""


def _best(text: str, words: tuple[str, ...]) -> float:
    return max((likeness(text, word) for word in words), default=0.0)


def likeness(text: str, word: str) -> float:
    """1 for the word itself; less the more else stands around it; 0 for less than two fifths."""
    word = _NOISE.sub("", word)
    if text == word:
        return 1.0
    if len(word) < 2 or word.isascii() or word not in text:
        return 0.0
    cover = len(word) / len(text)
    return 0.45 + 0.45 * cover if cover >= LEAST_COVER else 0.0
