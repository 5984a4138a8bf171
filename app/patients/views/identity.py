"""Who somebody is: likely doubles while typing, corrections of a number with their history."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms.validators import ValidationError

from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.dates import parse_date
from app.core.db import transaction
from app.core.errors import AnhuError
from app.core.fields import Answered, ChoiceField, CodeField, DayField, ListField, labelled
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.core.identity import ID_KIND_LABELS, IdKind, Sex
from app.core.keys import current_keyring
from app.core.web import forget_reads, read_session, show_errors
from app.patients.codes import IDENTITY_CORRECTIONS
from app.patients.queries import get_patient, header_of, lock_patient
from app.patients.queries.duplicates import find_lookalikes
from app.patients.queries.former import has_comparison, list_former_numbers
from app.patients.service.comparing import settle_comparison
from app.patients.service.correcting import correct_identity, draft_of
from app.patients.views.blueprint import WORDS, patients
from app.people.forms import SEXES
from app.people.models import Person
from app.people.rules import LONGEST_ID_NUMBER
from app.people.service import open_id_number
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]


class CorrectionForm(Form):
    """What the papers say now; an empty number leaves the stored one."""

    why = ChoiceField(lazy_("更正原因"), labelled(IDENTITY_CORRECTIONS), [Answered(lazy_("请选择更正原因"))])
    id_kind = ListField(lazy_("证件类型"), labelled(ID_KIND_LABELS))
    id_number = CodeField(lazy_("新的证件号码"), LONGEST_ID_NUMBER)
    sex = ChoiceField(lazy_("性别"), labelled({int(sex): text for sex, text in SEXES.items()}))
    born_on = DayField(lazy_("出生日期"))

    def validate_id_number(self, field: CodeField) -> None:
        if field.data and not self.id_kind.data:
            raise ValidationError(_("请选择证件类型"))


@patients.route("/patients/lookalikes", methods=["POST"])
@permit(Action.KEEP_REGISTER)
def lookalikes() -> str:
    """A part of the registration page, asked for while it is typed. The number travels in the body, never in an address."""
    sent = request.form
    found = find_lookalikes(
        read_session(),
        current_actor(),
        current_keyring(),
        sent.get("name", "")[:60],
        _day(sent.get("born_on", "")),
        sent.get("id_number", "")[:40],
        sent.get("phone", "")[:24],
    )
    return render_template("patients/_lookalikes.html", found=found)


@patients.route("/patients/<public_id>/identity", methods=["GET", "POST"])
@permit(Action.CORRECT_IDENTITY)
def correct(public_id: str) -> Answer:
    actor, session, clock = current_actor(), read_session(), current_clock()
    patient = get_patient(session, actor, public_id)
    person = session.get_one(Person, patient.person_id)
    form = CorrectionForm(
        data={
            "id_kind": person.id_kind if person.id_number_sealed else "01",
            "sex": str(person.sex) if person.sex in SEXES else None,
            "born_on": person.born_on,
        }
    )
    if request.method == "GET":
        note_look(("patient", public_id), patient.area_code)
    elif form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                vault = Vault(writing, current_keyring())
                locked = lock_patient(writing, actor, public_id)
                stored = writing.get_one(Person, locked.person_id)
                number = form.id_number.data or open_id_number(vault, stored)
                kind = IdKind(form.id_kind.data) if form.id_number.data else IdKind(stored.id_kind)
                draft = draft_of(stored, kind, number, Sex(form.sex.code or 0), form.born_on.data)
                correct_identity(writing, vault, actor, locked, draft, form.why.data, clock.today(), clock.now())
            flash(_("已更正"))
            return redirect(url_for("patients.correct", public_id=public_id))
        except AnhuError as refused:
            show_errors(form, refused)
    session = read_session()
    patient, vault = get_patient(session, actor, public_id), Vault(session, current_keyring())
    page = render_template(
        "patients/identity.html",
        form=form,
        patient=header_of(session, actor, vault, patient, clock.today()),
        former=list_former_numbers(session, actor, vault, patient),
        compares=has_comparison(session, actor, patient),
        words=WORDS,
    )
    return page if request.method == "GET" else (page, 422)


@patients.route("/patients/<public_id>/identity/compared", methods=["POST"])
@permit(Action.CORRECT_IDENTITY)
def compared(public_id: str) -> BaseResponse:
    """The papers were compared and the stored number is right."""
    with transaction() as session:
        actor = current_actor()
        settle_comparison(session, actor, lock_patient(session, actor, public_id), current_clock().now())
    flash(_("已核对"))
    return redirect(url_for("patients.correct", public_id=public_id))


def _day(text: str) -> date | None:
    """A date, or nothing that is one yet."""
    try:
        return parse_date(text)
    except ValueError:
        return None
