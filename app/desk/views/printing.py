"""Official forms on paper: a patient's supplement form from the record, and blank forms for the field."""

from __future__ import annotations

from flask import Response, render_template

from app.areas.queries import office_of
from app.audit.service import note
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.web import read_session
from app.desk.blank_papers import BLANK_PAPERS, BY_NAME
from app.desk.papers_supplement import supplement_pdf
from app.desk.queries.consents import list_papers
from app.desk.views.blueprint import desk
from app.guardians.queries import list_guardians
from app.patients.queries import get_patient, header_of, list_diagnoses, open_supplement
from app.patients.rules import ConsentKind
from app.people.vault import Vault
from reports.forms.sheet import Imprint


@desk.route("/patients/<public_id>/supplement/paper")
@permit(Action.KEEP_REGISTER)
@paper
def supplement_paper(public_id: str) -> Response:
    """个人信息补充表 as the record stands; noted."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        patient, vault = get_patient(session, actor, public_id), Vault(session, current_keyring())
        papers = {paper.kind: paper for paper in list_papers(session, vault, actor, patient)}
        content = supplement_pdf(
            header_of(session, actor, vault, patient, clock.today()),
            list_guardians(session, actor, vault, patient),
            open_supplement(actor, vault, patient),
            papers[ConsentKind.COMMUNITY_MANAGEMENT].present,
            next((one for one in list_diagnoses(session, actor, patient) if one.to_on is None), None),
            actor,
            clock.today(),
            clock.now(),
        )
        subject = ("patient", public_id)
        note(session, actor, "desk.supplement_printed", now=clock.now(), subject=subject, area_code=patient.area_code)
    return hand_out(content, "supplement")


@desk.route("/forms/")
@permit(Action.KEEP_REGISTER)
def blank_forms() -> str:
    return render_template("desk/blank_forms.html", groups=BLANK_PAPERS)


@desk.route("/forms/<form>")
@permit(Action.KEEP_REGISTER)
@paper
def blank_form(form: str) -> Response:
    """A form without a person: nothing of the register leaves, so nothing is noted."""
    if form not in BY_NAME:
        raise NotFound
    actor, now = current_actor(), current_clock().now()
    return hand_out(BY_NAME[form].render(Imprint(office_of(read_session(), actor), actor.name, now)), f"blank-{form}")
