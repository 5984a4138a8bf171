"""Which unit answers for somebody on a late list: the institution of the patient, unless it is somebody else's hand that is late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.areas.queries import list_agencies
from app.areas.rules import county_of, town_of
from app.core.actor import Actor
from app.core.batches import slices
from app.discharges.models import Discharge, HandoverForm
from app.discharges.rules.states import FormKind, FormState, LateBy
from app.numbers.models import IndicatorMember
from app.numbers.rules.behind import MISSING
from app.numbers.rules.causes import cause_of
from app.numbers.rules.membership import Figure, MemberKind

# agreements are the town's, payments and cover the civil affairs office's; of a loop it depends on what of it is late
_OF_TOWN, _OF_CIVIL_AFFAIRS = ("unsigned",), ("unpaid", "uninsured")
_SPLIT: Final = frozenset(
    f"{code}{MISSING}"
    for code in (
        "loop_in_time",
        "forms_in_time",
        "received_in_time",
        "visited_in_time",
        "agreements",
        "subsidy",
        "insurance",
    )
)
# who stands for a unit that has nobody to reply
_STANDS_FOR: Final = {
    AgencyKind.VILLAGE_COMMITTEE: AgencyKind.GOVERNANCE,
    AgencyKind.VILLAGE_CLINIC: AgencyKind.HEALTH_CENTRE,
}
_LATE_FORMS: Final[Mapping[str, Callable[[HandoverForm], bool]]] = {
    "received_late": lambda form: (
        form.state is not FormState.STOPPED and (form.received_at is None or form.received_at > form.receive_due_at)
    ),
    "visited_late": lambda form: form.kind is FormKind.HEALTH_CENTRE and form.round == 1,
    "not_closed": lambda form: form.closed_at is None and form.state is not FormState.STOPPED,
}


def is_split(figure: Figure) -> bool:
    """Whether others than the patients' institutions answer for rows of a list."""
    return figure.name in _SPLIT


def units_of(
    session: Session, actor: Actor, figure: Figure, members: Sequence[IndicatorMember]
) -> dict[tuple[MemberKind, int], int | None]:
    """(kind, id) → agency, for rows of a list that has been cut to the actor's area."""
    agencies = list_agencies(session, actor)
    towns = {one.area_code: one.id for one in agencies if one.kind is AgencyKind.GOVERNANCE}
    causes = {(one.kind, one.subject_id): cause_of(figure.name.removesuffix(MISSING), one.bits) for one in members}
    loops = [one.subject_id for one in members if one.kind is MemberKind.DISCHARGE]
    late = _late_in_loops(session, {loop: causes[MemberKind.DISCHARGE, loop] for loop in loops})
    stands = {one.id: _stands_for(one, agencies) for one in agencies}
    civil = {one.area_code: one.id for one in agencies if one.kind is AgencyKind.CIVIL_AFFAIRS}
    found: dict[tuple[MemberKind, int], int | None] = {}
    for one in members:
        key, agency = (one.kind, one.subject_id), one.agency_id
        if causes[key] in _OF_TOWN:
            agency = towns.get(town_of(one.area_code))
        elif causes[key] in _OF_CIVIL_AFFAIRS:
            agency = civil.get(county_of(one.area_code))
        elif one.kind is MemberKind.DISCHARGE:
            agency = late.get(one.subject_id) or agency
        found[key] = stands.get(agency, agency) if agency else None
    return found


def _late_in_loops(session: Session, causes: Mapping[int, str]) -> dict[int, int | None]:
    """discharge → the hospital where the forms went out late, else the first unit whose form is."""
    found: dict[int, int | None] = {}
    forms: defaultdict[int, list[HandoverForm]] = defaultdict(list)
    for part in slices(causes):
        rows = session.execute(
            select(Discharge.id, Discharge.hospital_id, Discharge.late_by).where(Discharge.id.in_(part))
        )
        found |= {loop: hospital if late_by is LateBy.HOSPITAL else None for loop, hospital, late_by in rows}
        for form in session.scalars(
            select(HandoverForm)
            .where(HandoverForm.discharge_id.in_(part))
            .order_by(HandoverForm.receive_due_at, HandoverForm.id)
        ):
            forms[form.discharge_id].append(form)
    for loop, cause in causes.items():
        is_late = _LATE_FORMS.get(cause)
        if is_late is not None:
            found[loop] = next((form.agency_id for form in forms[loop] if form.agency_id and is_late(form)), None)
    return found


def _stands_for(agency: Agency, agencies: Sequence[Agency]) -> int:
    kind = _STANDS_FOR.get(agency.kind)
    town = town_of(agency.area_code)
    return next((one.id for one in agencies if one.kind is kind and one.area_code == town), agency.id)
