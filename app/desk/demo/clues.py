"""This quarter's screening round, a few villages short, and clues in every state on their way through the health centre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.identity import Sex
from app.core.quarter import Quarter
from app.desk.demo.moments import Moments
from app.desk.demo.places import TOWN, VILLAGE, villages
from app.desk.demo.settling import County
from app.patients.commands import AnswerClue, CloseClue, ReportClue
from app.patients.models import Clue, Patient, ScreeningReturn
from app.patients.rules import ClueOutcome
from app.patients.service import answer_clue, close_clue, open_clue, open_round, report_clue, sign_return, start_review
from app.people.commands import PersonDraft
from app.people.vault import Vault

_MISSING_EVERY = 13  # about one village in so many has not answered yet
_ROUND_DAYS = timedelta(days=45)
_AGO = timedelta(days=1)


@dataclass(frozen=True)
class _Told:
    """A clue: who reported it how many days ago, about whom, and in which village of the town (by its place in the list)."""

    reporter: str
    days_ago: int
    name: str
    sex: Sex
    village: int
    place: str
    signs: tuple[int, ...]
    notes: str = ""
    is_danger: bool = False


_WAITING = (
    _Told("village_worker", 0, "汤水生", Sex.MALE, 0, "村西打谷场旁", (5, 8), "近一个月不出门，夜里自言自语"),
    _Told("police", 0, "", Sex.MALE, 2, "农贸市场南门", (3, 4), "在市场里砸东西，不说自己是谁", is_danger=True),
    _Told("hospital", 6, "费玉兰", Sex.FEMALE, 3, "供销社家属院", (1, 6)),
)
_LOOKED_AT = (
    _Told("village_worker", 2, "邬小妹", Sex.FEMALE, 0, "祠堂后第二家", (8,)),
    _Told("police", 1, "管长根", Sex.MALE, 4, "河埠头", (3,), "与邻居持械争执", is_danger=True),
)
_SUSPECTED = (
    _Told("village_worker", 9, "柏有福", Sex.MALE, 0, "村东水塘边", (2, 5, 6)),
    _Told("police", 16, "盛金凤", Sex.FEMALE, 1, "老街十七号", (6, 9)),
)
_WITHOUT_SIGNS = _Told("village_worker", 12, "郎根宝", Sex.MALE, 0, "小学对面", (8,))
_NOBODY = _Told("doctor", 20, "阮阿毛", Sex.MALE, 5, "据说在砖窑", (4,))


def tell_clues(session: Session, vault: Vault, county: County, moments: Moments) -> None:
    """Through the product's own use cases, on the days on which they happened."""
    teller = _Teller(session, vault, county, moments)
    teller.hold_round()
    for told in _WAITING:
        teller.report(told)
    for told in _LOOKED_AT:
        clue = teller.report(told)
        open_clue(session, county.actors["doctor"], clue, moments.on(moments.today, 30))
    _first, second = (teller.suspect(told) for told in _SUSPECTED)
    on = moments.today - 4 * _AGO
    start_review(session, county.actors["doctor"], second, on, moments.on(on, 90))
    teller.answer(teller.report(_WITHOUT_SIGNS), _WITHOUT_SIGNS, ())
    teller.close(teller.report(_NOBODY), _NOBODY)
    session.flush()
    session.expire_all()


@dataclass
class _Teller:
    session: Session
    vault: Vault
    county: County
    moments: Moments

    def hold_round(self) -> None:
        """Most villages have answered; one in thirteen has not, nor has the village worker's own."""
        today, quarter = self.moments.today, Quarter.of(self.moments.today)
        since = quarter.first_day
        office, town = self.county.actors["county_office"], self.county.actors["town_county"]
        due_on = min(since + _ROUND_DAYS + 30 * _AGO, quarter.last_day)
        asked = open_round(self.session, office, quarter, since, due_on, self.moments.on(since, 20))
        owed = self.session.scalars(
            select(ScreeningReturn).where(ScreeningReturn.round_id == asked.id).order_by(ScreeningReturn.area_code)
        ).all()
        signed_on = min(since + _ROUND_DAYS, today)
        for number, one in enumerate(owed):
            if number % _MISSING_EVERY and one.area_code != VILLAGE:
                sign_return(self.session, town, one, [1, 2], signed_on, self.moments.on(signed_on, number))

    def report(self, told: _Told) -> Clue:
        on = self.moments.today - told.days_ago * _AGO
        command = ReportClue(
            submission_key=f"demo-clue-{told.village}-{told.days_ago}-{told.reporter}",
            area_code=_village(told.village),
            signs=_bits(told.signs),
            name=told.name,
            sex=told.sex,
            place=told.place,
            notes=told.notes,
            is_danger=told.is_danger,
        )
        reporter = self.county.actors[told.reporter]
        return report_clue(self.session, self.vault, reporter, command, on, self.moments.on(on, 45))

    def suspect(self, told: _Told) -> Patient:
        patient = self.answer(self.report(told), told, told.signs)
        if patient is None:
            raise LookupError("any sign makes a suspected registration")
        return patient

    def answer(self, clue: Clue, told: _Told, signs: Sequence[int]) -> Patient | None:
        on = _next_day(self.moments, told)
        person = PersonDraft(told.name, told.sex)
        command = AnswerClue(_bits(signs), person, clue.area_code, told.place, "入户核实，家属在场")
        doctor = self.county.actors["doctor"]
        return answer_clue(self.session, self.vault, doctor, clue, command, on, self.moments.on(on, 150))

    def close(self, clue: Clue, told: _Told) -> None:
        on = _next_day(self.moments, told)
        command = CloseClue(ClueOutcome.NOT_FOUND, "砖窑已停产，周边住户均不认识此人")
        doctor = self.county.actors["doctor"]
        close_clue(self.session, self.vault, doctor, clue, command, on, self.moments.on(on, 200))


def _next_day(moments: Moments, told: _Told) -> date:
    return moments.today - (told.days_ago - 1) * _AGO


def _village(number: int) -> str:
    """The village worker's own first, then the others of the county town."""
    others = [village.code for village in villages() if village.town == TOWN and village.code != VILLAGE]
    return (VILLAGE, *others)[number]


def _bits(signs: Sequence[int]) -> int:
    return sum(1 << (sign - 1) for sign in signs)
