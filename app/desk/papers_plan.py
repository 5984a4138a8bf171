"""关爱帮扶计划（一人一策）for the family: aims, who does what by when, whom to call. No illness, no level, no code. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from app.core.actor import Actor
from app.desk.papers_teams import AT_HOME
from app.guardians.papers import first_guardian
from app.guardians.queries.page import GuardianCard
from app.patients.labels_support import PLAN_AIMS
from app.patients.models import CareTeamMember
from app.patients.queries import PatientHeader
from app.patients.queries.plans import Plan
from app.patients.rules import TeamPart
from reports.forms.family_plan import FamilyPlanDocument, PlanContact, PlanStep, render_family_plan
from reports.forms.sheet import Imprint

# What a family sees first, in its own words.
_WARNING_SIGNS = (
    "好几天睡不着觉，或者吃不下饭",
    "不肯吃药、偷偷把药停了",
    "老是发脾气、摔东西、要打人",
    "说不想活了，或者伤害自己",
    "突然离家，找不到人",
)


def family_plan_pdf(
    patient: PatientHeader,
    plan: Plan,
    team: Sequence[CareTeamMember],
    guards: Sequence[GuardianCard],
    agency_phone: str | None,
    actor: Actor,
    now: datetime,
) -> bytes:
    """Steps that are done are left out of a plan that is printed later."""
    guard = first_guardian(guards)
    names = {one.part: one.name for one in team}
    if patient.doctor:
        names.setdefault(TeamPart.DOCTOR, patient.doctor)
    if guard:
        names[TeamPart.GUARDIAN] = guard.name
    waiting = [step for step in plan.steps if step.done_on is None]
    return render_family_plan(
        FamilyPlanDocument(
            Imprint(patient.agency or "", actor.name, now),
            name=patient.name,
            village=patient.village,
            made_on=plan.made_on,
            review_on=plan.review_on,
            valid_to=plan.review_on,
            wishes=plan.wishes,
            aims=tuple(dict.fromkeys(PLAN_AIMS[step.aim] for step in waiting)),
            steps=tuple(PlanStep(step.what, _who(step.part, names), f"{_day(step.by_on)}前") for step in waiting),
            warning_signs=_WARNING_SIGNS,
            contacts=_contacts(patient, team, agency_phone),
            doctor=patient.doctor or actor.name,
        )
    )


def _who(part: TeamPart, names: dict[TeamPart, str]) -> str:
    return f"{AT_HOME[part]}{names[part]}" if part in names else AT_HOME[part]


def _contacts(
    patient: PatientHeader, team: Sequence[CareTeamMember], agency_phone: str | None
) -> tuple[PlanContact, ...]:
    """The responsible doctor stands in for a doctor whom the team does not name."""
    found = [PlanContact(AT_HOME[one.part], one.name, one.phone or "") for one in team]
    if patient.doctor and all(one.part is not TeamPart.DOCTOR for one in team):
        found.insert(0, PlanContact(AT_HOME[TeamPart.DOCTOR], patient.doctor, agency_phone or ""))
    return tuple(found)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
