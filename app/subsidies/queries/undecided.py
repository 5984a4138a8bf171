"""What lists of other offices say of a line's two people and nobody has cleared up, whenever the list came."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.patients.models import Patient
from app.subsidies.models import CheckHit, CheckList, SubsidyLine, SubsidyRun
from app.subsidies.queries.checks import listed
from app.subsidies.rules.checks import DEATHS, HitKind, HitState, Listed, asks
from app.subsidies.rules.decision import LineFacts, known_of
from app.subsidies.rules.policy import PolicyTerms


def undecided_lists(session: Session, run: SubsidyRun, line: SubsidyLine) -> list[Listed]:
    """Entries that are certain and would change the line's money.

    Open is what nobody has decided; what is confirmed goes on asking until the register says the same and the line is frozen anew. Of a
    guardian's move or custody the register keeps nothing: once confirmed, it is for whoever decides the line.
    """
    facts = LineFacts.from_json(line.snapshot["facts"])
    known = known_of(facts, PolicyTerms.from_json(line.snapshot["policy"]["terms"]))
    patient = session.scalars(select(Patient.person_id).where(Patient.id == line.patient_id)).one()
    rows = session.execute(
        select(CheckHit, CheckList)
        .join(CheckList, CheckList.id == CheckHit.list_id)
        .where(
            CheckList.county_code == run.county_code,
            CheckHit.state != HitState.DISMISSED,
            or_(CheckHit.hit == HitKind.HIT, CheckHit.state == HitState.CONFIRMED),
            CheckHit.person_id.in_((patient, line.payee_person_id)),
        )
    )
    found = [replace(listed(hit, source), is_payee=hit.person_id != patient) for hit, source in rows]
    return [one for one in found if asks(one, known) and not _is_for_the_decider(one)]


def _is_for_the_decider(one: Listed) -> bool:
    return one.is_payee and one.kind not in DEATHS and one.state is HitState.CONFIRMED
