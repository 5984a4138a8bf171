"""How a guardian's notice looks: address panel, letter, and a receipt to tear off, on one page folded in three.

What is the same on every page of a bundle is drawn once as a background; only a person's own values are drawn for each.
"""

from dataclasses import dataclass

from reports.page import HAIRLINE_GREY, LABEL_GREY, Align, Paper, mm
from reports.qr import SIZE, qr_rows, qr_text

BODY = 14
"""Points; nothing that the guardian must read is smaller."""

_LEFT = mm(22)
_RIGHT = mm(188)
_ROOM = _RIGHT - _LEFT
_SMALL = 9.5
_FOLDS = (99.0, 198.0)
_CUT = 236.0

# Millimetres from the upper edge. No line of text lies on a fold.
_BOX_TOP, _BOX_BOTTOM = 146.0, 187.4
_FACT_LINES = (194.6, 203.5, 212.0)
_CONTACT = 222.5

_OPENING_LINES = 2
_BOX_SPLIT = mm(78)
_VALUE = mm(23)
_SECOND_COLUMN = _LEFT + mm(90)
_QR_SIDE = mm(24)


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What all notices of a kind share in a bundle."""

    office: str
    title: str
    openings: tuple[str, ...]
    """The same sentence, longest first: the first that fits its two lines is drawn."""
    result: str
    is_payment: bool
    contact_office: str
    contact_phone: str
    issued_on: str
    source: str


@dataclass(frozen=True, slots=True)
class SumLine:
    sign: str
    label: str
    amount: str


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What is one guardian's own. `facts` are label and value, five of them; the last has the whole width."""

    serial: str
    check_code: str
    place: str
    guardian: str
    amount: str
    capital: str
    sums: tuple[SumLine, ...]
    reasons: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    remedy: str


class NoticePage:
    """Draws the notices of one kind; `name` names its background in the file."""

    MOST_SUM_LINES = 5
    MOST_REASON_LINES = 5

    def __init__(self, paper: Paper, name: str, frame: PageFrame) -> None:
        self._paper = paper
        self._name = f"notice-{name}"
        self._frame = frame
        with paper.background(self._name):
            self._draw_address_frame()
            self._draw_letter_frame()
            self._draw_receipt_frame()

    def draw(self, facts: PageFacts) -> None:
        self._paper.lay(self._name)
        self._draw_address(facts)
        self._draw_letter(facts)
        if self._frame.is_payment:
            self._draw_payment(facts)
        else:
            self._draw_reasons(facts)
        self._draw_receipt(facts)
        self._paper.next_page()

    # -- drawn once ---------------------------------------------------------------------------------------------

    def _draw_address_frame(self) -> None:
        paper = self._paper
        paper.text(_LEFT, paper.down(20), self._frame.office, BODY, bold=True, fit=_ROOM * 0.6)
        paper.text(_LEFT, paper.down(86), "请本人拆阅。代收的，请原封转交。", 11, grey=LABEL_GREY)
        ticks = [
            tick
            for fold in _FOLDS
            for y in (paper.down(fold),)
            for tick in ((mm(6), y, mm(14), y), (paper.width - mm(14), y, paper.width - mm(6), y))
        ]
        paper.rules(ticks, 0.5, grey=HAIRLINE_GREY, dash="3 2")
        for fold, hint in zip(_FOLDS, ("向后折", "向前折"), strict=True):
            paper.text(mm(6), paper.down(fold - 1.2), hint, 7, grey=LABEL_GREY)

    def _draw_letter_frame(self) -> None:
        paper, frame = self._paper, self._frame
        middle = paper.width / 2
        paper.text(_LEFT, paper.down(106), "送达联", _SMALL, grey=LABEL_GREY)
        paper.text(middle, paper.down(115.5), frame.title, 22, bold=True, align=Align.CENTER, spacing=2)
        paper.rules([(_LEFT, paper.down(119.6), _RIGHT, paper.down(119.6))], 1.1)
        paper.rules([(_LEFT, paper.down(120.5), _RIGHT, paper.down(120.5))], 0.4)
        choices = [paper.wrapped(f"　　{one}", BODY, _ROOM, _OPENING_LINES + 1) for one in frame.openings]
        fitting = [lines for lines in choices if len(lines) <= _OPENING_LINES]
        opening = fitting[0] if fitting else paper.wrapped(f"　　{frame.openings[-1]}", BODY, _ROOM, _OPENING_LINES)
        paper.lines(_LEFT, paper.down(135), opening, BODY, mm(7))
        self._draw_box_frame()
        paper.rules([(_LEFT, paper.down(216), _RIGHT, paper.down(216))], 0.4, grey=HAIRLINE_GREY)
        self._draw_contact()
        paper.text(_RIGHT, paper.down(_CONTACT), frame.office, BODY, align=Align.RIGHT, fit=mm(56))
        paper.text(_RIGHT, paper.down(_CONTACT + 7), frame.issued_on, BODY, align=Align.RIGHT, fit=mm(56))

    def _draw_contact(self) -> None:
        paper, frame = self._paper, self._frame
        if not frame.contact_phone:
            lines = paper.wrapped(f"如有疑问，请到{frame.contact_office}询问。", BODY, _ROOM - mm(58), 3)
            paper.lines(_LEFT, paper.down(_CONTACT), lines, BODY, mm(6.4))
            return
        lines = paper.wrapped(f"如有疑问，请联系{frame.contact_office}，", BODY, _ROOM - mm(58), 2)
        y = paper.lines(_LEFT, paper.down(_CONTACT), lines, BODY, mm(6.4))
        paper.text(_LEFT, y, f"电话 {frame.contact_phone}。", BODY, fit=_ROOM - mm(58))

    def _draw_box_frame(self) -> None:
        paper, frame = self._paper, self._frame
        top, bottom = paper.down(_BOX_TOP), paper.down(_BOX_BOTTOM)
        paper.box(_LEFT, bottom, _ROOM, top - bottom, 0.8)
        paper.text(_LEFT + mm(5), paper.down(_BOX_TOP + 8), frame.result, BODY, grey=LABEL_GREY)
        if frame.is_payment:
            paper.rules([(_BOX_SPLIT, top, _BOX_SPLIT, bottom)], 0.4, grey=HAIRLINE_GREY)

    def _draw_receipt_frame(self) -> None:
        paper, frame = self._paper, self._frame
        self._draw_cut()
        paper.text(_LEFT, paper.down(245.5), "回执", 16, bold=True, spacing=2)
        paper.text(_LEFT + mm(17), paper.down(245.2), "回执联 · 由送达单位存档", _SMALL, grey=LABEL_GREY)
        paper.text(_LEFT, paper.down(263), f"已收到《{frame.title}》，知悉内容。", BODY)
        paper.text(_LEFT + mm(103), paper.down(263), "□ 已当面宣读", BODY)
        paper.signature(_LEFT, paper.down(275), "签名：", BODY, mm(40))
        paper.text(_LEFT + mm(62), paper.down(275), "按指印：", BODY)
        paper.box(_LEFT + mm(82), paper.down(279.8), mm(24), mm(14.2), 0.6)
        paper.text(_LEFT, paper.down(285.6), "日期：　　　年　　月　　日", BODY)
        paper.signature(_LEFT + mm(76), paper.down(285.6), "送达人：", BODY, mm(38))
        source = f"本人资料 请妥善保管 · {frame.source}"
        paper.fitted(_LEFT, paper.down(291.6), source, 7.5, _ROOM)

    def _draw_cut(self) -> None:
        paper = self._paper
        cut, middle = paper.down(_CUT), paper.width / 2
        hint = "沿此线撕下 · 骑缝盖章"
        half = paper.measure(hint, _SMALL) / 2 + 6
        edges = ((mm(8), middle - half), (middle + half, paper.width - mm(8)))
        paper.rules([(start, cut, end, cut) for start, end in edges], 0.7, dash="4 3")
        paper.text(middle, cut - 3.2, hint, _SMALL, align=Align.CENTER, grey=LABEL_GREY)

    # -- drawn for each guardian --------------------------------------------------------------------------------

    def _draw_address(self, facts: PageFacts) -> None:
        paper = self._paper
        paper.text(_RIGHT, paper.down(20), f"编号 {facts.serial}", 11, align=Align.RIGHT, fit=_ROOM * 0.38)
        size = 24 if paper.measure(facts.guardian, 24, bold=True) <= _ROOM - mm(55) else 15
        name = paper.wrapped(facts.guardian, size, _ROOM - mm(55), 3, bold=True)
        y = paper.lines(_LEFT + mm(38), paper.down(52), name, size, size * 1.35, bold=True)
        last = _LEFT + mm(38) + (paper.measure(name[-1], size, bold=True) if name else 0)
        paper.text(last + mm(5), y + size * 1.35, "亲启", 15)
        paper.text(_LEFT + mm(38), min(paper.down(64), y), facts.place, 14, fit=_ROOM - mm(40))

    def _draw_letter(self, facts: PageFacts) -> None:
        paper = self._paper
        number = f"编号 {facts.serial}　校验码 {qr_text(facts.check_code)}"
        paper.text(_RIGHT, paper.down(106), number, _SMALL, align=Align.RIGHT, grey=LABEL_GREY, fit=_ROOM * 0.85)
        paper.text(_LEFT, paper.down(127.5), f"{facts.guardian}：", BODY, bold=True, fit=_ROOM)
        for index, (label, value) in enumerate(facts.facts):
            self._fact(index, label, value, wide=index == len(facts.facts) - 1)

    def _fact(self, index: int, label: str, value: str, *, wide: bool) -> None:
        if not value:
            return
        paper = self._paper
        x = _SECOND_COLUMN if index % 2 else _LEFT
        y = paper.down(_FACT_LINES[index // 2])
        room = (_RIGHT if wide or index % 2 else _SECOND_COLUMN - mm(2)) - x - _VALUE
        paper.text(x, y, label, BODY, grey=LABEL_GREY)
        paper.text(x + _VALUE, y, value, BODY, fit=room)

    def _draw_payment(self, facts: PageFacts) -> None:
        paper = self._paper
        left = _LEFT + mm(5)
        room = _BOX_SPLIT - left - mm(3)
        size = 26 if paper.measure(facts.amount, 26, bold=True) <= room - mm(9) else 16
        paper.text(left, paper.down(_BOX_TOP + 20.5), facts.amount, size, bold=True, fit=room)
        unit = left + paper.measure(facts.amount, size, bold=True) + mm(2)
        paper.text(unit, paper.down(_BOX_TOP + 20.5), "元", BODY)
        capital = [line for part in self._capital(facts.capital, room) for line in paper.wrapped(part, BODY, room, 2)]
        paper.lines(left, paper.down(_BOX_TOP + 29), capital, BODY, mm(6.6))
        self._draw_sums(facts)

    def _capital(self, words: str, room: float) -> tuple[str, ...]:
        """One line where it fits; else 角 and 分 together on a second, so that no sign stands alone."""
        if self._paper.measure(words, BODY) <= room or "元" not in words:
            return (words,)
        yuan, rest = words.split("元", 1)
        return f"{yuan}元", rest

    def _draw_sums(self, facts: PageFacts) -> None:
        paper = self._paper
        left, right = _BOX_SPLIT + mm(5), _RIGHT - mm(5)
        spare = self.MOST_SUM_LINES - len(facts.sums)
        labels: list[list[str]] = []
        for line in facts.sums:
            labels.append(paper.wrapped(line.label, BODY, right - left - mm(33), 2 if spare > 0 else 1))
            spare -= len(labels[-1]) - 1
        step = 7.2 if spare > 0 else 6.2
        height = step * (sum(map(len, labels)) + 1)
        y = paper.down((_BOX_TOP + _BOX_BOTTOM - height) / 2 + 0.75 * step)
        step = mm(step)
        for line, label in zip(facts.sums, labels, strict=True):
            paper.text(left, y, line.sign, BODY)
            paper.text(right, y, line.amount, BODY, align=Align.RIGHT)
            y = paper.lines(left + mm(6), y, label, BODY, step)
        if facts.sums:
            rule = y + step - mm(1.8)
            paper.rules([(left, rule, right, rule)], 0.6)
            paper.text(left, y - mm(0.4), "=", BODY, bold=True)
            paper.text(left + mm(6), y - mm(0.4), self._frame.result, BODY, bold=True)
            paper.text(right, y - mm(0.4), facts.amount, BODY, bold=True, align=Align.RIGHT)

    def _draw_reasons(self, facts: PageFacts) -> None:
        """The reasons, numbered where there are several, then what can be done; both inside the box."""
        paper = self._paper
        room = _ROOM - mm(10)
        lines: list[str] = []
        for index, reason in enumerate(facts.reasons, start=1):
            lines += paper.wrapped(f"{index}. {reason}" if len(facts.reasons) > 1 else reason, BODY, room, 3)
        remedy = paper.wrapped(f"办理办法：{facts.remedy}", BODY, room, 2) if facts.remedy else []
        most = self.MOST_REASON_LINES - len(remedy)
        if len(lines) > most:
            lines = [*lines[: most - 1], "其余原因请当面询问。"]
        y = paper.lines(_LEFT + mm(5), paper.down(_BOX_TOP + 15.5), lines, BODY, mm(6.6))
        paper.lines(_LEFT + mm(5), y - mm(0.4), remedy, BODY, mm(6.6))

    def _draw_receipt(self, facts: PageFacts) -> None:
        paper = self._paper
        code = qr_text(facts.check_code)
        if code:
            x, y = _RIGHT - _QR_SIDE, paper.down(274)
            paper.bits(x, y, _QR_SIDE, qr_rows(code), SIZE)
            paper.text(_RIGHT, y - 11, code, 8.5, align=Align.RIGHT, fit=mm(58))
        number = f"编号 {facts.serial}"
        paper.text(_RIGHT, paper.down(245.2), number, _SMALL, align=Align.RIGHT, grey=LABEL_GREY, fit=mm(60))
        paper.text(_LEFT, paper.down(254.5), f"收件人 {facts.guardian}", BODY, fit=_ROOM - mm(26))
