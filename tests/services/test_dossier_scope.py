"""The story of a line ends at the county's border: what another county paid the same family is not on it."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.documents.models import Document
from app.people.vault import Vault
from app.subsidies.models import Recovery, SubsidyLine
from app.subsidies.models.runs import LineKind
from app.subsidies.queries.dossier.line import dossier_of
from app.subsidies.queries.dossier.money import linked_of, other_payments, recoveries_of
from tests.rig.county import County
from tests.rig.scene import NEXT_COUNTY, Scene
from tests.rig.unguarded import without_guards


def _moved_here(session: Session, scene: Scene) -> tuple[SubsidyLine, SubsidyLine]:
    """The family's line in this county, and one that the next county made for them while they lived there."""
    here, there = (
        session.scalars(select(SubsidyLine).where(SubsidyLine.public_id == place.line)).one()
        for place in (scene.near, scene.far)
    )
    without_guards(session, "guard_subsidy_lines_frozen")
    session.execute(
        update(SubsidyLine)
        .where(SubsidyLine.id == there.id)
        .values(
            patient_id=here.patient_id,
            agreement_id=here.agreement_id,
            kind=LineKind.CORRECTION,
            corrects_line_id=here.id,
            cause="moved",
        )
    )
    return here, there


def test_what_another_county_paid_before_a_move_is_shown_to_neither_side(
    session: Session, scene: Scene, county: County
) -> None:
    here, there = _moved_here(session, scene)
    near = county.actor("clerk")
    far, both = replace(near, area_prefix=NEXT_COUNTY[:6]), replace(near, area_prefix="3499")
    assert not {there.id} & {one.line.id for one in other_payments(session, near, here)}
    assert not {there.id} & {one.line.id for one in linked_of(session, near, here)}
    assert here.id not in {one.line.id for one in other_payments(session, far, there)}
    assert here.id not in {one.line.id for one in linked_of(session, far, there)}
    assert there.id in {one.line.id for one in other_payments(session, both, here)}
    assert there.id in {one.line.id for one in linked_of(session, both, here)}


def test_a_recovery_is_shown_in_its_own_county_only(session: Session, scene: Scene, county: County) -> None:
    case = session.scalars(select(Recovery).where(Recovery.public_id == scene.near.recovery)).one()
    line = session.get_one(SubsidyLine, case.line_id)
    near = county.actor("clerk")
    assert case in recoveries_of(session, near, line)
    assert case not in recoveries_of(session, replace(near, area_prefix=NEXT_COUNTY[:6]), line)


def test_papers_that_another_county_keeps_of_a_family_are_not_listed(
    session: Session, scene: Scene, county: County, app: Flask
) -> None:
    vault, clerk = Vault(session, app.extensions["anhu.keyring"]), county.actor("clerk")
    assert len(dossier_of(session, vault, clerk, scene.near.line).papers) == 1
    without_guards(session, "guard_documents_frozen")
    kept = select(Document).where(Document.public_id == scene.near.document)
    session.scalars(kept).one().area_code = f"{NEXT_COUNTY[:6]}001001"
    session.flush()
    assert dossier_of(session, vault, clerk, scene.near.line).papers == []
