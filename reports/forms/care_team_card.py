"""关爱帮扶小组联系卡: whom a family can call, in the size of a bank card, ten on a page.

The card may be lost or seen by anyone: it names helpers and numbers, never an illness or a level.
"""

from dataclasses import dataclass

from reports.forms.sheet import Imprint
from reports.page import BLACK, HAIRLINE_GREY, LABEL_GREY, Paper, mm

TITLE = "关爱帮扶小组联系卡"
COLUMNS, ROWS = 2, 5
MOST_LINES = 6

_WIDTH, _HEIGHT = mm(90), mm(54)
_SIDE = mm(5)
_NAME = mm(24)
_PHONE = mm(52)
_SMALLEST = 7.0
_LEAST_LINES = 4
_MEMBERS_ROOM = mm(26.5)
_GREETING = "您好！有事请联系我们。"


@dataclass(frozen=True, slots=True)
class CardMember:
    role: str
    """As the family knows it, for example 家庭医生, 网格员, 民警, 村干部."""
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CareTeamCard:
    members: tuple[CardMember, ...] = ()
    holder: str = ""
    """To whom the card is given; empty leaves it unnamed."""
    office: str = ""


@dataclass(frozen=True, slots=True)
class CareTeamCardsDocument:
    imprint: Imprint
    cards: tuple[CareTeamCard, ...]
    copies: int = 1
    """How often each card is printed."""
    urgent: str = "紧急情况：报警 110　急救 120"


def render_care_team_cards(document: CareTeamCardsDocument) -> bytes:
    """The cards one after the other with marks to cut along. A team that needs more lines goes on with a second card."""
    paper = Paper(TITLE, document.imprint.organisation, document.imprint.printed_at)
    cards = [
        part
        for card in document.cards or (CareTeamCard(),)
        for part in _parts(paper, card)
        for _ in range(document.copies)
    ]
    places = COLUMNS * ROWS
    for start in range(0, len(cards), places):
        _draw_page(paper, cards[start : start + places], document.urgent)
    return paper.finish()


def _parts(paper: Paper, card: CareTeamCard) -> list[CareTeamCard]:
    """The card, or several of them where its members need more lines than one has."""
    parts: list[list[CardMember]] = [[]]
    room = MOST_LINES
    for member in card.members:
        lines = _lines_of(paper, member)
        if lines > room:
            parts.append([])
            room = MOST_LINES
        parts[-1].append(member)
        room -= lines
    return [CareTeamCard(tuple(members), card.holder, card.office) for members in parts]


def _lines_of(paper: Paper, member: CardMember) -> int:
    """A name that is too long for its column stands on a line of its own."""
    return 2 if paper.measure(member.name, _SMALLEST, bold=True) > _PHONE - _NAME - mm(2) else 1


def _draw_page(paper: Paper, cards: list[CareTeamCard], urgent: str) -> None:
    left = (paper.width - COLUMNS * _WIDTH) / 2
    top = paper.height - (paper.height - ROWS * _HEIGHT) / 2
    for index, card in enumerate(cards):
        x = left + index % COLUMNS * _WIDTH
        y = top - index // COLUMNS * _HEIGHT
        _draw_card(paper, x, y, card, urgent)
    right, bottom = left + COLUMNS * _WIDTH, top - ROWS * _HEIGHT
    across = [(left - mm(6), top - row * _HEIGHT, right + mm(6), top - row * _HEIGHT) for row in range(ROWS + 1)]
    down = [
        (left + column * _WIDTH, top + mm(6), left + column * _WIDTH, bottom - mm(6)) for column in range(COLUMNS + 1)
    ]
    paper.rules(across + down, 0.4, grey=HAIRLINE_GREY, dash="3 2")
    paper.next_page()


def _draw_card(paper: Paper, x: float, top: float, card: CareTeamCard, urgent: str) -> None:
    left, right = x + _SIDE, x + _WIDTH - _SIDE
    room = right - left
    paper.text(left, top - mm(8), TITLE, 12, bold=True)
    paper.rules([(left, top - mm(10), right, top - mm(10))], 0.8)
    holder = f"{card.holder}：{_GREETING}" if card.holder else _GREETING
    if paper.measure(holder, _SMALLEST) > room:
        holder = card.holder
    _fitted(paper, left, top - mm(14.4), holder, room, size=8.5)
    _draw_members(paper, left, top - mm(19.6), room, card.members)
    paper.text(left, top - _HEIGHT + mm(4), urgent, 8, fit=room)
    if card.office:
        _fitted(paper, left, top - _HEIGHT + mm(7.6), card.office, room, size=7.5, grey=LABEL_GREY)


def _draw_members(paper: Paper, left: float, y: float, room: float, members: tuple[CardMember, ...]) -> None:
    used = sum(_lines_of(paper, member) for member in members)
    members += (CardMember("", ""),) * (_LEAST_LINES - used)
    step = _MEMBERS_ROOM / max(used, _LEAST_LINES)
    for member in members:
        _fitted(paper, left, y, member.role, _NAME - mm(2))
        _fitted(paper, left + _PHONE, y, member.phone, room - _PHONE, bold=True)
        if _lines_of(paper, member) == 2:
            y -= step
            _fitted(paper, left, y, member.name, room, bold=True)
        else:
            _fitted(paper, left + _NAME, y, member.name, _PHONE - _NAME - mm(2), bold=True)
        paper.rules([(left, y - mm(1.2), left + room, y - mm(1.2))], 0.3, grey=HAIRLINE_GREY)
        y -= step


def _fitted(
    paper: Paper,
    x: float,
    y: float,
    text: str,
    room: float,
    *,
    bold: bool = False,
    size: float = 9.0,
    grey: float = BLACK,
) -> None:
    """One line, in smaller type where it is long: nothing on a card is cut."""
    width = paper.measure(text, size, bold=bold)
    paper.text(x, y, text, size * min(1.0, room / width) if width else size, bold=bold, grey=grey)
