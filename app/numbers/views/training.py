"""The training register: sessions of a year, who has had none, writing one down."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from io import BytesIO

from flask import Response, render_template, request, send_file, url_for
from sqlalchemy.orm import Session

from app.areas.queries import full_name, office_of, place_of
from app.audit.prints import Print, keep_print, mark_of
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.crypto import digest
from app.core.db import canonical_json, transaction
from app.core.forms import Form
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import read_session
from app.numbers.forms_training import TrainingForm
from app.numbers.labels_training import TOPICS
from app.numbers.queries.training import get_training, list_participants, list_staff, list_trainings
from app.numbers.service.training import record_training, withdraw_training
from app.numbers.views.blueprint import Answer, numbers
from app.numbers.views.pressing import press
from app.numbers.views.settings import check_year
from reports.training_register import (
    SessionLine,
    StaffLine,
    TrainingDocument,
    hours,
    render_training_xlsx,
)
from reports.wording import Provenance

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@numbers.get("/training/")
@permit(Action.KEEP_TRAINING)
def training() -> str:
    """The year's sessions, this year's unless another is asked for."""
    session, actor, year = read_session(), current_actor(), request.args.get("year", current_clock().today().year, int)
    check_year(year)
    staff = list_staff(session, actor, year)
    return render_template(
        "numbers/training.html",
        year=year,
        this_year=current_clock().today().year,
        rows=list_trainings(session, actor, year),
        staff=staff,
        untrained=[one for one in staff if not one.sessions],
        topics=TOPICS,
        hours=hours,
    )


@numbers.get("/training/new")
@permit(Action.KEEP_TRAINING)
def new_training() -> str:
    return _ask(_form())


@numbers.post("/training/new", endpoint="record_training")
@permit(Action.KEEP_TRAINING)
def store_training() -> Answer:
    """Write a session down."""
    form, today = _form(), current_clock().today()
    return press(
        lambda session, actor, now: record_training(session, actor, form.to_command(), today, now),
        _("培训已登记。"),
        _ask,
        lambda made: url_for("numbers.show_training", public_id=made.public_id),
        form,
    )


@numbers.get("/training/<public_id>")
@permit(Action.KEEP_TRAINING)
def show_training(public_id: str) -> str:
    return _page(public_id, Form())


@numbers.post("/training/<public_id>/withdraw", endpoint="withdraw_training")
@permit(Action.KEEP_TRAINING)
def take_back_training(public_id: str) -> Answer:
    """It was a slip."""
    return press(
        lambda session, actor, now: withdraw_training(session, actor, public_id, now),
        _("这场培训已撤销，不再计入学时。"),
        partial(_page, public_id),
        url_for("numbers.training"),
    )


@numbers.get("/training/<int:year>/register.xlsx")
@permit(Action.KEEP_TRAINING)
def training_register(year: int) -> Response:
    """The year's register as a workbook."""
    check_year(year)
    actor, now, keyring = current_actor(), current_clock().now(), current_keyring()
    document, wanted = _document(read_session(), actor, year, now)
    content = render_training_xlsx(document)
    with transaction() as session:
        keep_print(session, keyring, actor, wanted, content)
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=f"training-{year}.xlsx")


def _form() -> TrainingForm:
    staff = list_staff(read_session(), current_actor(), current_clock().today().year)
    return TrainingForm([(one.user.public_id, f"{one.user.display_name} · {one.unit}") for one in staff])


def _ask(form: TrainingForm) -> str:
    return render_template("numbers/training_form.html", form=form)


def _page(public_id: str, form: Form) -> str:
    session, actor = read_session(), current_actor()
    found = get_training(session, actor, public_id)
    return render_template(
        "numbers/training_session.html",
        one=found,
        form=form,
        people=list_participants(session, found),
        topics=TOPICS,
        hours=hours,
    )


def _document(session: Session, actor: Actor, year: int, now: datetime) -> tuple[TrainingDocument, Print]:
    rows, staff = list_trainings(session, actor, year), list_staff(session, actor, year)
    sessions = tuple(
        SessionLine(
            row.training.held_on,
            TOPICS[row.training.topic],
            row.training.title,
            row.organiser,
            row.training.place,
            row.training.teacher,
            row.training.half_hours,
            row.attended,
        )
        for row in rows
    )
    people = tuple(StaffLine(one.unit, one.user.display_name, one.sessions, one.half_hours) for one in staff)
    place = place_of(actor)
    said = digest(
        canonical_json([place, year, [row.training.public_id for row in rows], [repr(one) for one in people]])
    )
    wanted = Print("numbers.training_exported", ("training", str(year)), place, said, actor.user_id, now)
    mark = mark_of(current_keyring(), wanted)
    source = Provenance(said, actor.name, now, mark.serial, mark.code)
    name = full_name(session, place)
    return TrainingDocument(name, office_of(session, actor) or name, year, sessions, people, source), wanted
