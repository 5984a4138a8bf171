"""A discharge under way in the scene: of somebody who is not registered, written from paper, with a form at every unit."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.contacts import name_contact
from app.accounts.models import User
from app.areas.models import Agency, AgencyKind
from app.core.actor import Actor, Role
from app.core.identity import IdKind
from app.discharges.models import HandoverEvent
from app.discharges.rules.states import FormKind, Source
from app.discharges.service import submit_discharge
from app.people.vault import Vault
from tests.rig.clock import NOW, TODAY
from tests.rig.discharges import LEFT_AT, forms, record

STRANGER = "单于望舒"
_WHOSE = {
    Role.DOCTOR: FormKind.HEALTH_CENTRE,
    Role.HEALTH_LEAD: FormKind.HEALTH_CENTRE,
    Role.POLICE: FormKind.POLICE,
    Role.TOWN: FormKind.TOWN,
    Role.VILLAGE_WORKER: FormKind.VILLAGE,
    Role.COUNTY_OFFICE: FormKind.POLICE,
}


def hand_over(
    session: Session, vault: Vault, actors: dict[str, Actor], village: str, county: str, found: object
) -> None:
    """Fill in the public ids of `found` (a `Place`): the record and loop, a form for each role, the notice, a contact."""
    office = actors["county_office"]
    own = session.scalars(
        select(Agency).where(Agency.kind == AgencyKind.HOSPITAL, Agency.area_code == county).order_by(Agency.id)
    ).first()
    said = record(
        name=STRANGER, id_kind=IdKind.NONE, id_number="", area_code=village, risk_level=3, contact_name="单于长河",
        hospital_name=own.name if own else "邻县安康诊院", received_at=LEFT_AT, source=Source.PAPER,
    )  # fmt: skip
    loop = submit_discharge(session, vault, office, said, NOW).discharge
    sent = forms(session, loop)
    wanted = {
        "discharge": loop.public_id,
        "handover_form": {role.value: sent[kind].public_id for role, kind in _WHOSE.items()},
        "handover_notice": sent[FormKind.GUARDIAN].public_id,
        "handover_event": session.scalars(
            select(HandoverEvent.public_id).where(HandoverEvent.form_id == sent[FormKind.HEALTH_CENTRE].id)
        ).first(),
    }
    named = session.scalars(
        select(User).where(User.area_code.startswith(village[:9]), User.agency_id.is_not(None), User.role.in_((Role.TOWN, Role.DOCTOR)))
        .order_by(User.role.desc(), User.id)
    ).first()  # fmt: skip
    if named is None:
        raise LookupError("somebody works in the town")
    agency = session.get_one(Agency, named.agency_id)
    contact = name_contact(session, office, agency.public_id, named.public_id, 1, TODAY, NOW)
    wanted |= {"contact_agency": agency.public_id, "contact": contact.public_id}
    for name, value in wanted.items():
        setattr(found, name, value)
