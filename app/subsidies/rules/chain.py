"""The joint approval (部门联审), the public notice and objections (domain 5.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

from app.core.actor import Role
from app.core.i18n import N_
from app.core.identity import resident_id
from app.core.reasons import Reason, reason
from app.subsidies.rules.policy import Chain
from app.subsidies.rules.transitions import RunStep


class Office(StrEnum):
    """Who signs a run before the reviewer does where the county's chain is joint; each answers one question of its own."""

    POLICE = "police"
    TOWN = "town"  # the political-legal committee's governance centre (政法委、综治中心) of the county
    HEALTH = "health"


OFFICE_LABELS = {
    Office.POLICE: N_("公安机关"),
    Office.TOWN: N_("政法委（综治中心）"),
    Office.HEALTH: N_("卫生健康部门"),
}

OFFICE_OF_ROLE = {Role.POLICE: Office.POLICE, Role.TOWN: Office.TOWN, Role.COUNTY_OFFICE: Office.HEALTH}

STEP_OF_OFFICE = {
    Office.POLICE: RunStep.POLICE_SIGNED,
    Office.TOWN: RunStep.TOWN_SIGNED,
    Office.HEALTH: RunStep.HEALTH_SIGNED,
}


def missing_offices(chain: Chain, signed: Iterable[RunStep]) -> tuple[Office, ...]:
    """The offices whose signature the chain asks for and that have not signed what stands."""
    if chain is Chain.SINGLE:
        return ()
    standing = frozenset(signed)
    return tuple(office for office, step in STEP_OF_OFFICE.items() if step not in standing)


def check_office(office: Office, chain: Chain, signed: Iterable[RunStep]) -> tuple[Reason, ...]:
    """An office signs once, and only where the county's chain asks for it."""
    if chain is Chain.SINGLE:
        return (reason("subsidies.joint.not_asked"),)
    return (reason("subsidies.joint.signed_already"),) if STEP_OF_OFFICE[office] in signed else ()


MOST_NUMBERS = 500  # whom the police name in one answer
_NUMBER = re.compile(r"[0-9A-Z]{6,18}", re.ASCII)


def check_numbers(numbers: Sequence[str], today: date) -> tuple[Reason, ...]:
    """What is wrong with the normalised ID numbers of an answer, by place; a citizen's number must add up."""
    if len(numbers) > MOST_NUMBERS:
        return (reason("subsidies.police.too_many", most=MOST_NUMBERS),)
    wrong = [
        place
        for place, number in enumerate(numbers, start=1)
        if not _NUMBER.fullmatch(number) or (len(number) == 18 and resident_id(number, today).errors)
    ]
    return (reason("subsidies.police.numbers", which=wrong[:20], count=len(wrong)),) if wrong else ()


class ObjectionSource(StrEnum):
    PERSON = "person"
    ANONYMOUS = "anonymous"
    OFFICE = "office"


class ObjectionState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class ObjectionGround(StrEnum):
    """What is objected to. No words of one's own: an objection may name a family and why."""

    NOT_ENTITLED = "not_entitled"
    AMOUNT = "amount"
    PAYEE = "payee"
    TWICE = "twice"
    LEFT_OUT = "left_out"
    PROCEDURE = "procedure"


OBJECTION_GROUNDS = {
    ObjectionGround.NOT_ENTITLED: N_("不符合发放条件"),
    ObjectionGround.AMOUNT: N_("金额或天数有误"),
    ObjectionGround.PAYEE: N_("领款人有误"),
    ObjectionGround.TWICE: N_("重复发放"),
    ObjectionGround.LEFT_OUT: N_("应发未列"),
    ObjectionGround.PROCEDURE: N_("程序不合规定"),
}
OBJECTION_SOURCES = {
    ObjectionSource.PERSON: N_("群众实名"),
    ObjectionSource.ANONYMOUS: N_("匿名"),
    ObjectionSource.OFFICE: N_("单位"),
}


class ReopeningState(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class HoldSource(StrEnum):
    """Who or what put a line on hold after it was frozen."""

    POLICE = "police"
    OFFICE = "office"
    OBJECTION = "objection"
    CHECK_LIST = "check_list"


def source_of(office: Office) -> HoldSource:
    return HoldSource.POLICE if office is Office.POLICE else HoldSource.OFFICE
