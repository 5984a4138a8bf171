"""Duty checks of the last quarter and this one: most villages by their paper sheet, one late, one family failed and checked again."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.money import Money
from app.core.quarter import Quarter
from app.desk.demo.moments import Moments
from app.desk.demo.places import VILLAGE
from app.desk.demo.settling import County
from app.guardians.commands_duty import EnterSheet, RecordCheck, RecordContact, RecordHelp, SheetRow
from app.guardians.queries.duty_list import DutyRow, DutyShow, list_duty
from app.guardians.rules.duty import CheckWay, ContactWay, Duty, Found, HelpGiven, HelpNeeded, Signer
from app.guardians.service.company import record_contact, record_help
from app.guardians.service.duty import enter_sheet, record_check
from app.guardians.service.sweeping import open_duty_checks
from app.patients.models import Patient
from app.patients.queries import get_patient

_ALL = 10_000
_NAMES = {Signer.VILLAGE: "鲁广田", Signer.GRID: "柏玉成", Signer.HEALTH: "邬卫民"}
_CONTACTS = ((ContactWay.VISIT, Found.BOTH), (ContactWay.PHONE, Found.GUARDIAN), (ContactWay.MET, Found.GUARDIAN))
_HELP = (
    (HelpGiven.FOOD | HelpGiven.GREETING, HelpNeeded.LIVING, "0"),
    (HelpGiven.CASH, HelpNeeded.CARER | HelpNeeded.MEDICINE_COST, "300"),
    (HelpGiven.PAPERS, HelpNeeded.NOTHING, "0"),
)


def check_duties(session: Session, county: County, moments: Moments) -> None:
    """Nothing where the county has no agreement yet."""
    today = moments.today
    present = Quarter.of(today)
    open_duty_checks(session, Actor.operator(), min(present.first_day + timedelta(days=4), today), moments.now)
    last = present.previous()
    rows = _families(session, county, last, today)
    by_village = [(code, list(group)) for code, group in groupby(rows, key=lambda row: row.area_code)]
    checked_on = min(present.first_day + timedelta(days=7), today)
    late = next((code for code, _ in reversed(by_village) if code != VILLAGE), None)
    for code, families in by_village:
        if code != late:
            _enter(session, county, last, checked_on, families, moments)
    _check_again(session, county, last, checked_on, moments)
    _keep_company(session, county, present, moments)


def _families(session: Session, county: County, quarter: Quarter, today: date) -> list[DutyRow]:
    clerk = county.actors["clerk"]
    return list(list_duty(session, clerk, quarter, DutyShow.OPEN, "", today, size=_ALL).rows)


def _enter(
    session: Session, county: County, quarter: Quarter, day: date, families: list[DutyRow], moments: Moments
) -> None:
    """A village's sheet; in the village worker's own village one guardian fails and another gets a remark."""
    is_own = families[0].area_code == VILLAGE
    failed = {0: Duty.CARE_LOG | Duty.VISITS} if is_own else {}
    remarked = {1: Duty.CARE_LOG} if is_own else {}
    rows = tuple(
        SheetRow(row.agreement, failed.get(place, Duty(0)), remarked.get(place, Duty(0)))
        for place, row in enumerate(families)
    )
    key = f"demo-sheet-{families[0].area_code}"
    enter_sheet(session, county.actors["clerk"], EnterSheet(quarter, day, key, _NAMES, rows), day, moments.on(day, 90))


def _check_again(session: Session, county: County, quarter: Quarter, day: date, moments: Moments) -> None:
    """The guardian who failed has improved."""
    clerk, again = county.actors["clerk"], min(day + timedelta(days=9), moments.today)
    for row in list_duty(session, clerk, quarter, DutyShow.FAILED, VILLAGE, moments.today).rows[:1]:
        command = RecordCheck(
            quarter, CheckWay.VISIT, again, f"demo-again-{row.agreement_id:011d}", names=_NAMES, replaces=row.check
        )
        record_check(session, clerk, row.agreement, command, again, moments.on(again, 150))


def _keep_company(session: Session, county: County, quarter: Quarter, moments: Moments) -> None:
    """Contacts and help of this quarter in the village worker's village, and the first family checked already."""
    town, clerk = county.actors["town_county"], county.actors["clerk"]
    rows = [row for row in _families(session, county, quarter, moments.today) if row.area_code == VILLAGE]
    day = max(quarter.first_day, moments.today - timedelta(days=12))
    for place, row in enumerate(rows):
        patient: Patient = get_patient(session, clerk, row.patient)
        if row.has_second and place % 2 == 0:
            way, found = _CONTACTS[place // 2 % len(_CONTACTS)]
            contact = RecordContact(day, way, found, place == 0, f"demo-contact-{row.agreement_id:09d}")
            record_contact(session, town, patient, contact, moments.today, moments.on(day, 30 + place))
        if place < len(_HELP):
            given, needed, cash = _HELP[place]
            help_ = RecordHelp(
                day, Signer.VILLAGE, given, needed, Money.from_yuan(cash), f"demo-help-{row.agreement_id:012d}"
            )
            record_help(session, town, patient, help_, moments.today, moments.on(day, 60 + place))
