"""The three consent papers and the receipt for a withdrawal (domain 3.6).

Each paper stands for itself: agreeing to one agrees to no other, and each can be taken back alone. The words are plain, because
the signer may read with difficulty or have it read out; nothing that must be read is smaller than 12 points.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reports.forms.consent_texts import RIGHTS, TEXTS, WITHDRAWN
from reports.forms.flow import Blank, Piece, Tick
from reports.forms.grid import Row, cell, label
from reports.forms.person import NOBODY, Person
from reports.forms.sheet import FOR_THE_FAMILY, Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import day
from reports.page import A4

_BODY = 12.0
_LEADING = 1.38


class ConsentKind(StrEnum):
    """Which paper; the value is its title."""

    COMMUNITY = "严重精神障碍患者社区管理知情同意书"
    EMERGENCY = "严重精神障碍患者应急处置知情同意书"
    OTHER_PURPOSE = "患者转介及个人信息其他用途知情同意书"


class Signer(StrEnum):
    """Who signs; the value is how the paper says it."""

    PATIENT = "患者本人"
    GUARDIAN = "监护人"
    RELATIVE = "近亲属"
    WITNESS = "在场民警或村（居）委会人员见证"


@dataclass(frozen=True, slots=True)
class ConsentDocument:
    """One consent paper. `purpose` and `receiver` say what the third paper is about: what for, and who receives what."""

    kind: ConsentKind
    imprint: Imprint
    person: Person = NOBODY
    institution: str = ""
    contact_phone: str = ""
    purpose: str = ""
    receiver: str = ""
    has_agreed: bool | None = None
    signer: Signer | None = None
    signer_name: str = ""
    signed_on: date | None = None
    witness_name: str = ""
    witness_reason: str = ""
    """Why a witness signs: nobody could be reached, or the signer cannot write."""
    explained_by: str = ""
    explained_on: date | None = None


@dataclass(frozen=True, slots=True)
class WithdrawalReceiptDocument:
    """What the family keeps as proof that a consent was taken back."""

    imprint: Imprint
    institution: str = ""
    contact_phone: str = ""
    patient_name: str = ""
    withdrawn: tuple[ConsentKind, ...] = ()
    withdrawn_by: str = ""
    relation: str = ""
    withdrawn_on: date | None = None
    effective_on: date | None = None
    """The first day on which the consent no longer counts."""
    reason: str = ""
    received_by: str = ""
    receipt_number: str = ""


def render_consent(document: ConsentDocument) -> bytes:
    """The paper with its text; what is not known is left to be written by hand."""
    title = document.kind.value
    sheet = Sheet(
        title,
        document.imprint,
        (*_opening(document), *_agreed(document), *_rights(document), *_signatures(document)),
        reminder=document.person.name,
        notice=FOR_THE_FAMILY,
        corner="一式两份",
        size=_BODY,
        leading=1.4,
        least=8,
        margin=20,
        top=9,
        title_size=18,
    )
    return render_sheets((sheet,), title, A4)


def render_withdrawal_receipt(document: WithdrawalReceiptDocument) -> bytes:
    """撤回同意回执, in two copies: one for the family, one for the file."""
    title = "撤回知情同意回执"
    sheets = [_receipt(document, title, corner) for corner in ("交本人联", "存档联")]
    return render_sheets(sheets, title, A4)


def _paragraph(*pieces: Piece, after: float = 2.0, keep: bool = False) -> Prose:
    return Prose(("　　", *pieces), leading=_LEADING, after=after, keep=keep)


def _heading(text: str) -> Prose:
    return Prose((text,), size=13, bold=True, leading=_LEADING, after=0.6, keep=True)


def _item(number: int, *pieces: Piece, after: float = 0.6) -> Prose:
    return Prose((f"{number}. ", *pieces), leading=_LEADING, indent=0.8, after=after)


def _opening(document: ConsentDocument) -> tuple[Part, ...]:
    return (
        Row(
            (
                label("患者姓名", 26),
                cell(document.person.name),
                label("性别", 14),
                cell(document.person.sex, width=12),
            )
        ),
        Row(
            (
                label("出生日期", 26),
                cell(day(document.person.born_on), width=42),
                label("现住址", 18),
                cell(document.person.address),
            )
        ),
        Row(
            (
                label("监护人姓名", 26),
                cell(document.person.guardian_name),
                label("与患者关系", 26),
                cell(document.person.guardian_relation, width=22),
                label("电话", 14),
                cell(document.person.guardian_phone, width=34),
            )
        ),
        Gap(2),
    )


def _agreed(document: ConsentDocument) -> tuple[Part, ...]:
    text = TEXTS[document.kind.name]
    parts: list[Part] = [_paragraph(text.opening)]
    if document.kind is ConsentKind.OTHER_PURPOSE:
        parts += [
            Prose(("用于什么：", Blank(document.purpose, 120)), after=2),
            Prose(("给谁、给哪些内容：", Blank(document.receiver, 104)), after=2),
        ]
    parts.append(_heading("您同意的是"))
    parts += [_item(index, item) for index, item in enumerate(text.items, start=1)]
    return tuple(parts)


def _rights(document: ConsentDocument) -> tuple[Part, ...]:
    phone = Blank(document.contact_phone, 34)
    office = Blank(document.institution, 48)
    notes = RIGHTS + TEXTS[document.kind.name].consequences
    return (
        _heading("请您知道"),
        *(_item(index, item) for index, item in enumerate(notes, start=1)),
        _item(len(notes) + 1, "有疑问或要撤回，请联系 ", office, "，电话 ", phone, "。", after=2),
    )


def _signatures(document: ConsentDocument) -> tuple[Part, ...]:
    agreed = document.has_agreed
    choice = Prose(
        (
            "以上内容已向我讲清楚（或当面宣读），我已了解。我的决定是：",
            Tick("同意", agreed is True),
            "　　",
            Tick("不同意", agreed is False),
        ),
        leading=_LEADING,
        after=1,
    )
    signer = Prose(("签署人是：", *_ticks(document.signer)), leading=_LEADING, after=1.5)
    return (
        Together(
            (
                choice,
                signer,
                _sign("签署人签名", document.signer_name, document.signed_on),
                _sign("见证人签名", document.witness_name, None),
                Row((label("见证原因", 30), cell(document.witness_reason))),
                _sign("讲解人签名", document.explained_by, document.explained_on, has_print=False),
                Row((label("单位（盖章）", 30), cell(document.institution, least=11))),
            )
        ),
    )


def _ticks(signer: Signer | None) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for kind in Signer:
        pieces += [Tick(kind.value, kind is signer), "　"]
    return tuple(pieces)


def _sign(name: str, value: str, on: date | None, *, has_print: bool = True) -> Row:
    """A line to sign: name, room for a fingerprint, day."""
    fingerprint = (label("按指印", 18), cell(width=24)) if has_print else ()
    return Row((label(name, 30), cell(value, least=10.5), *fingerprint, label("日期", 13), cell(day(on), width=48)))


def _receipt(document: WithdrawalReceiptDocument, title: str, corner: str) -> Sheet:
    withdrawn: list[Piece] = []
    for kind in ConsentKind:
        withdrawn += [Tick(f"《{kind.value}》", kind in document.withdrawn), "\n"]
    parts: tuple[Part, ...] = (
        Row(
            (
                label("患者姓名", 34),
                cell(document.patient_name, width=48),
                label("回执编号", 26),
                cell(document.receipt_number),
            )
        ),
        Row(
            (
                label("撤回人", 34),
                cell(document.withdrawn_by, width=48),
                label("与患者关系", 26),
                cell(document.relation),
            )
        ),
        Row((label("撤回的同意书", 34), cell(*withdrawn[:-1]))),
        Row((label("提出撤回日期", 34), cell(day(document.withdrawn_on)))),
        Row((label("不再生效之日", 34), cell(day(document.effective_on)))),
        Row((label("撤回原因\n（可以不填）", 34), cell(document.reason, least=18))),
        Gap(4),
        *(_paragraph(text) for text in WITHDRAWN),
        Prose(
            (
                "有疑问或想重新参加，请联系 ",
                Blank(document.institution, 40),
                "，电话 ",
                Blank(document.contact_phone, 32),
                "。",
            ),
            after=4,
        ),
        Together(
            (
                _sign("撤回人签名", "", document.withdrawn_on),
                _sign("经办人签名", document.received_by, None, has_print=False),
                Row((label("单位（盖章）", 30), cell(document.institution, least=16))),
            )
        ),
    )
    return Sheet(
        title,
        document.imprint,
        parts,
        reminder=document.patient_name,
        notice=FOR_THE_FAMILY,
        corner=corner,
        size=_BODY,
        least=10,
        margin=20,
        title_size=18,
    )
