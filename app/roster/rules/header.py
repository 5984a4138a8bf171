"""Find the header of a roster by itself: one to three rows, anywhere near the top, columns in any order.

Every row near the top is tried as the last header row, with none, one or two rows of group heads above it. For each try the columns
are given fields so that the whole fits best: each field once, and a word that does not say whose (姓名) goes with its neighbours.
The try that explains most columns wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.reasons import Reason, reason
from app.core.workbooks.sheet import Cell, Sheet, column_letter, is_blank
from app.roster.rules.book import ROSTER, Book
from app.roster.rules.columns import Field, Group
from app.roster.rules.words import (
    LONGEST_HEADER,
    Candidate,
    candidates,
    clean_header,
    group_hint,
    header_text,
    known_words,
)

SEARCHED_ROWS = 60
DEEPEST_HEADER = 3
WIDEST_SHEET = 200
CLEARLY_BETTER = 1.0  # a header further down that explains no more is the first one repeated
LEAST_KNOWN = 3  # header words as they stand, in the rows of a header together
BEAM = 60
BESIDE_ITS_GROUP = 0.12
FOLLOWS_RATHER = 0.01  # a word that does not say whose goes with the columns before it rather than with those after


@dataclass(frozen=True)
class MappedColumn:
    """One column of a sheet. `field` is None where the column is not taken over; `confidence` runs from 0 to 1."""

    index: int
    header: str
    field: Field | None
    confidence: float
    quarter: str = ""

    @property
    def letter(self) -> str:
        return column_letter(self.index)


@dataclass(frozen=True)
class SheetMapping:
    """How one sheet is read. `header_row` is the last header row as Excel numbers it; data starts below."""

    sheet: str
    header_row: int
    columns: tuple[MappedColumn, ...]
    book: Book = ROSTER

    @property
    def fields(self) -> frozenset[Field]:
        return frozenset(column.field for column in self.columns if column.field)

    @property
    def missing(self) -> tuple[Field, ...]:
        """Required fields that no column gives."""
        others = self.book.stands_for
        return tuple(
            field for field in self.book.required if not self.fields.intersection((field, *others.get(field, ())))
        )

    def column(self, field: Field) -> MappedColumn | None:
        return next((column for column in self.columns if column.field is field), None)


@dataclass(frozen=True)
class Override:
    """A user's own mapping of a sheet: column letter → field (None: leave out). The header row may be named too."""

    columns: Mapping[str, Field | None]
    header_row: int | None = None


def find_mapping(
    sheet: Sheet, this_year: int, override: Override | None = None, book: Book = ROSTER
) -> SheetMapping | None:
    """The best reading of the sheet's header; None where nothing looks like the header of such a list."""
    found = _best_try(sheet, this_year, override.header_row if override else None, book)
    if override is None:
        return found if found and _is_such_a_list(found) else None
    return _overridden(found, sheet, override, book)


def missing_columns(mapping: SheetMapping) -> list[Reason]:
    return [reason("roster.column.missing", field=reason(f"roster.field.{field}")) for field in mapping.missing]


def _is_such_a_list(mapping: SheetMapping) -> bool:
    book = mapping.book
    return book.named <= mapping.fields and len(mapping.fields - {Field.IGNORED}) >= book.least


def _best_try(sheet: Sheet, this_year: int, only_row: int | None, book: Book) -> SheetMapping | None:
    best, best_score = None, 0.0
    known = [known_words(_texts(row), book) for row in sheet.rows[: max(SEARCHED_ROWS, only_row or 0)]]
    for row in [only_row - 1] if only_row else range(len(known)):
        if row >= len(known) or not _may_end_header(sheet.rows[row]):
            continue
        for depth in range(min(DEEPEST_HEADER, row + 1)):
            if sum(known[row - depth : row + 1]) < LEAST_KNOWN:
                continue
            tried = _try(sheet, row, depth, this_year, book)
            score = _worth(tried) - depth * 0.01
            repeats = best is not None and best.header_row < row + 1
            if score > best_score + (CLEARLY_BETTER if repeats else 0):
                best, best_score = tried, score
    return best


def _may_end_header(row: Sequence[Cell]) -> bool:
    """More texts than figures; looked at before anything is compared."""
    figures = sum(not isinstance(cell, str) and cell is not None for cell in row)
    return len(_texts(row)) > figures


def _texts(row: Sequence[Cell]) -> list[str]:
    return [cell for cell in row if isinstance(cell, str) and not is_blank(cell) and len(cell) <= 2 * LONGEST_HEADER]


def _worth(mapping: SheetMapping) -> float:
    sure = sum(
        0.2 * column.confidence if column.field is Field.IGNORED else column.confidence
        for column in mapping.columns
        if column.field
    )
    return sure + 2 * (len(mapping.book.required) - len(mapping.missing))


def _try(sheet: Sheet, row: int, depth: int, this_year: int, book: Book) -> SheetMapping:
    width = min(max(len(sheet.rows[index]) for index in range(row - depth, row + 1)), WIDEST_SHEET)
    own = [_padded(sheet.rows[index], width) for index in range(row - depth, row + 1)]
    heads = [_spread(sheet, row - depth + up, own, up, book) for up in range(depth)]
    columns = []
    for index in range(width):
        leaf = next((texts[index] for texts in reversed(own) if texts[index]), "")
        above = tuple(texts[index] for texts in reversed(heads) if texts[index] and texts[index] != leaf)
        columns.append((leaf, above))
    chosen = _assign([candidates(leaf, above, this_year, book) if leaf else () for leaf, above in columns], book)
    leaves = [leaf for leaf, _above in columns]
    return SheetMapping(
        sheet.name,
        row + 1,
        tuple(
            _mapped(index, _shown(leaf, above, choice, leaves), choice)
            for index, ((leaf, above), choice) in enumerate(zip(columns, chosen, strict=True))
            if leaf
        ),
        book,
    )


def _mapped(index: int, header: str, choice: Candidate | None) -> MappedColumn:
    if choice is None:
        return MappedColumn(index, header, None, 0.0)
    return MappedColumn(index, header, choice.field, min(1.0, max(choice.score, 0.0)), choice.quarter)


def _shown(leaf: str, above: tuple[str, ...], choice: Candidate | None, leaves: list[str]) -> str:
    """The header as a person would name the column: the head is said where the leaf alone stands for several columns."""
    ambiguous = leaves.count(leaf) > 1 and choice is not None and choice.group is not Group.PATIENT
    return f"{above[0]}·{leaf}" if above and ambiguous else leaf


def _padded(row: Sequence[Cell], width: int) -> list[str]:
    texts = [header_text(cell) for cell in row[:width]]
    return texts + [""] * (width - len(texts))


def _spread(sheet: Sheet, row: int, own: list[list[str]], up: int, book: Book) -> list[str]:
    """Group heads over the columns that they stand for: by merged cells, else over the blanks to their right.

    Blanks end where nothing stands below, and where a head above begins anew.
    """
    texts, below = own[up], own[up + 1]
    if not _is_head_row(texts, book):
        return [""] * len(texts)
    merges = [merge for merge in sheet.merges if merge.top <= row <= merge.bottom and merge.right > merge.left]
    spread = list(texts)
    if merges:
        for merge in merges:
            for index in range(merge.left, min(merge.right + 1, len(texts))):
                spread[index] = texts[merge.left]
        return spread
    for index in range(1, len(texts)):
        begins_above = any(upper[index] for upper in own[:up])
        if not texts[index] and below[index] and not begins_above:
            spread[index] = spread[index - 1]
    return spread


def _is_head_row(texts: list[str], book: Book) -> bool:
    """At least two different short words that tell a group or are headers themselves; a title or 填报单位 line is neither."""
    words = {clean_header(text) for text in texts if text and ":" not in text and "：" not in text}
    telling = [
        word
        for word in words
        if word and len(word) <= LONGEST_HEADER // 2 and (group_hint(word, book) or _is_field(word, book))
    ]
    return len(telling) >= 2


def _is_field(word: str, book: Book) -> bool:
    return any(one.score >= 0.75 for one in candidates(word, (), 2000, book))


def _assign(columns: list[tuple[Candidate, ...]], book: Book) -> list[Candidate | None]:
    """One choice per column, each field once, the whole fitting best: a beam search from left to right."""
    states: dict[tuple[Group | None, frozenset[tuple[Field, str]]], tuple[float, tuple[Candidate | None, ...]]]
    states = {(None, frozenset()): (0.0, ())}
    for options in columns:
        grown: dict[tuple[Group | None, frozenset[tuple[Field, str]]], tuple[float, tuple[Candidate | None, ...]]] = {}
        for (group, used), (score, path) in states.items():
            for key, worth, choice in _steps(group, used, options, book):
                total = score + worth
                if key not in grown or grown[key][0] < total:
                    grown[key] = (total, (*path, choice))
        states = dict(sorted(grown.items(), key=lambda one: -one[1][0])[:BEAM])
    _score, path = max(states.values(), key=lambda one: one[0])
    return _without_lonely_groups(list(path), book)


def _steps(
    group: Group | None, used: frozenset[tuple[Field, str]], options: tuple[Candidate, ...], book: Book
) -> list[tuple[tuple[Group | None, frozenset[tuple[Field, str]]], float, Candidate | None]]:
    steps: list[tuple[tuple[Group | None, frozenset[tuple[Field, str]]], float, Candidate | None]] = [
        ((group, used), 0.0, None)
    ]
    for one in options:
        key = (one.field, one.quarter)
        if one.field is Field.IGNORED:
            steps.append(((group, used), 0.2 * one.score, one))
        elif key not in used:
            follows = BESIDE_ITS_GROUP if one.score == 1 else BESIDE_ITS_GROUP + FOLLOWS_RATHER
            beside = follows if one.group is group else book.usual_order.get(one.group, 0.0)
            steps.append(((one.group, used | {key}), one.score + beside, one))
    return steps


def _without_lonely_groups(path: list[Candidate | None], book: Book) -> list[Candidate | None]:
    """A guardian without a name, an agreement or visit without a date, a payment without an amount cannot be taken over."""
    fields = {choice.field for choice in path if choice}
    lonely = {group for group, needed in book.needs.items() if fields.isdisjoint(needed)}
    if Field.PAID_PERIOD not in fields and not any(choice and choice.quarter for choice in path):
        lonely.add(Group.PAYMENT)  # an amount of which nobody knows the quarter
    return [None if choice and choice.group in lonely else choice for choice in path]


def _overridden(found: SheetMapping | None, sheet: Sheet, override: Override, book: Book) -> SheetMapping:
    """The mapping that was found, with the user's word on the columns that they changed."""
    header_row = override.header_row or (found.header_row if found else 1)
    known = {column.letter: column for column in found.columns} if found else _untitled(sheet, header_row)
    for index in range(min(max((len(row) for row in sheet.rows), default=0), WIDEST_SHEET)):
        letter = column_letter(index)
        if letter not in override.columns:
            continue
        field, column = override.columns[letter], known.get(letter)
        if column is None or column.field is not field:
            known[letter] = MappedColumn(index, column.header if column else letter, field, 1.0)
    taken = {(known[letter].field, known[letter].quarter) for letter in override.columns if letter in known}
    columns = [
        column
        if column.letter in override.columns or (column.field, column.quarter) not in taken
        else MappedColumn(column.index, column.header, None, 0.0)
        for column in sorted(known.values(), key=lambda one: one.index)
    ]
    return SheetMapping(sheet.name, header_row, tuple(columns), book)


def _untitled(sheet: Sheet, header_row: int) -> dict[str, MappedColumn]:
    """The columns of a header that nobody understood, for a person to map."""
    titles = sheet.rows[header_row - 1] if header_row <= len(sheet.rows) else []
    return {
        column_letter(index): MappedColumn(index, header_text(title), None, 0.0)
        for index, title in enumerate(titles[:WIDEST_SHEET])
        if header_text(title)
    }
