"""Shapes of the duty check's forms: one family, a village's paper sheet, a contact, a visit with help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from wtforms import BooleanField

from app.core.fields import Answered, ChoiceField, DayField, FlagsField, KeyField, TextField, YuanField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.money import Money
from app.core.quarter import Quarter
from app.guardians.commands_duty import EnterSheet, RecordCheck, RecordContact, RecordHelp, SheetRow
from app.guardians.labels_duty import (
    CONTACT_LABELS,
    FOUND_LABELS,
    GIVEN_LABELS,
    NEEDED_LABELS,
    REPLACE_DECISIONS,
    SIGNER_LABELS,
    WAY_LABELS,
)
from app.guardians.rules.duty import (
    DUTY_LABELS,
    NO_DUTY,
    CheckWay,
    ContactWay,
    Duty,
    Found,
    HelpGiven,
    HelpNeeded,
    Signer,
)


def _bits(table: Mapping[Any, str]) -> list[tuple[str, Any]]:
    """Flags as the running numbers that `FlagsField` turns back into bits."""
    return [(str(int(flag).bit_length()), lazy_(text)) for flag, text in table.items()]


class Signatures:
    """Names as they stand on a paper sheet, one a side; an empty one has not signed."""

    name_village = TextField(lazy_(SIGNER_LABELS[Signer.VILLAGE]), 50)
    name_grid = TextField(lazy_(SIGNER_LABELS[Signer.GRID]), 50)
    name_health = TextField(lazy_(SIGNER_LABELS[Signer.HEALTH]), 50)
    name_police = TextField(lazy_(SIGNER_LABELS[Signer.POLICE]), 50)
    name_civil = TextField(lazy_(SIGNER_LABELS[Signer.CIVIL]), 50)
    name_disabled = TextField(lazy_(SIGNER_LABELS[Signer.DISABLED]), 50)

    def names(self) -> dict[Signer, str]:
        fields = {signer: getattr(self, f"name_{signer.value}").data for signer in Signer}
        return {signer: name for signer, name in fields.items() if name}

    def name_fields(self) -> list[TextField]:
        return [getattr(self, f"name_{signer.value}") for signer in Signer]


class DutyForm(Signatures, Form):
    """One family. As the page opens it, all eight duties are performed and today is the day; how it was checked is evidence and is said."""

    key = KeyField()
    way = ChoiceField(lazy_("核查方式"), labelled(WAY_LABELS), [Answered(lazy_("请选择核查方式"))])
    checked_on = DayField(lazy_("核查日期"), [Answered(lazy_("请填写日期"))])
    failed = FlagsField(lazy_("未履行的项"), _bits(DUTY_LABELS))
    remarked = FlagsField(lazy_("有意见的项"), _bits(DUTY_LABELS))

    def to_command(self, quarter: Quarter, signs_as: Signer | None, replaces: str | None) -> RecordCheck:
        return RecordCheck(
            quarter=quarter,
            way=CheckWay(self.way.data),
            checked_on=self.checked_on.data,
            key=self.key.data,
            failed=Duty(self.failed.bits or 0),
            remarked=Duty(self.remarked.bits or 0),
            names=self.names(),
            signs_as=signs_as,
            replaces=replaces,
        )

    @property
    def has_exceptions(self) -> bool:
        return bool(self.failed.bits or self.remarked.bits)


class SheetForm(Signatures, Form):
    """A village's sheet; the fields of its rows are added by `sheet_form`."""

    rows: Sequence[str] = ()

    key = KeyField()
    checked_on = DayField(lazy_("核查日期"), [Answered(lazy_("请填写日期"))])

    def to_command(self, quarter: Quarter) -> EnterSheet:
        rows = tuple(
            SheetRow(agreement, self._duties("failed", place), self._duties("remarked", place))
            for place, agreement in enumerate(self.rows)
            if not self[f"skip_{place}"].data
        )
        return EnterSheet(quarter, self.checked_on.data, self.key.data, self.names(), rows)

    def _duties(self, what: str, place: int) -> Duty:
        bits = self[f"{what}_{place}"].bits
        return Duty(bits) if bits else NO_DUTY


def sheet_form(agreements: Sequence[str], key: str, today: date) -> SheetForm:
    """A form with three fields for every family: left out, duties not performed, duties with a remark."""
    fields: dict[str, Any] = {"rows": tuple(agreements)}
    for place in range(len(agreements)):
        fields[f"skip_{place}"] = BooleanField(lazy_("纸质表上没有核查"))
        fields[f"failed_{place}"] = FlagsField(lazy_("未履行的项"), _bits(DUTY_LABELS))
        fields[f"remarked_{place}"] = FlagsField(lazy_("有意见的项"), _bits(DUTY_LABELS))
    shape = type("VillageSheetForm", (SheetForm,), fields)
    return cast(SheetForm, shape(data={"key": key, "checked_on": today}))


class ContactForm(Form):
    """The second guardian's monthly contact."""

    key = KeyField()
    contacted_on = DayField(lazy_("联系日期"), [Answered(lazy_("请填写日期"))])
    way = ChoiceField(lazy_("联系方式"), labelled(CONTACT_LABELS), [Answered(lazy_("请选择联系方式"))])
    found = ChoiceField(lazy_("联系到谁"), labelled(FOUND_LABELS), [Answered(lazy_("请选择联系到谁"))])
    is_log_seen = BooleanField(lazy_("已查看看护管理记录手册"))

    def to_command(self) -> RecordContact:
        return RecordContact(
            self.contacted_on.data,
            ContactWay(self.way.data),
            Found(self.found.data),
            bool(self.is_log_seen.data),
            self.key.data,
        )


class HelpForm(Form):
    """走访帮扶: codes only, so that nothing clinical is written down."""

    key = KeyField()
    visited_on = DayField(lazy_("走访日期"), [Answered(lazy_("请填写日期"))])
    office = ChoiceField(lazy_("走访单位"), labelled(SIGNER_LABELS), [Answered(lazy_("请选择走访单位"))])
    given = FlagsField(lazy_("帮了什么"), _bits(GIVEN_LABELS))
    cash = YuanField(lazy_("慰问金"))
    needed = FlagsField(lazy_("目前的困难"), _bits(NEEDED_LABELS))

    def to_command(self) -> RecordHelp:
        return RecordHelp(
            self.visited_on.data,
            Signer(self.office.data),
            HelpGiven(self.given.bits or 0),
            HelpNeeded(self.needed.bits or 0),
            Money.from_yuan(self.cash.data) if self.cash.data else Money.zero(),
            self.key.data,
        )


class ReplacementForm(Form):
    """What the town decides about a guardian who failed twice."""

    decision = ChoiceField(lazy_("决定"), labelled(REPLACE_DECISIONS), [Answered(lazy_("请选择决定"))])
