"""A record's papers: photographed on a phone, kept sealed, handed out as a download to whoever may look, taken down with a reason."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import forget_reads, read_session, show_errors
from app.documents.forms import AttachForm, OpenForm, WithdrawForm
from app.documents.labels import KIND_LABELS
from app.documents.queries import get_document, list_papers, sight_for
from app.documents.rules import KINDS_OF, DocumentSubject, Sight
from app.documents.service import attach_document, open_document, withdraw_document
from app.documents.subjects import Subject, get_subject

documents = Blueprint("documents", __name__, template_folder="templates")

Answer = str | BaseResponse | tuple[str, int]


@documents.route("/papers/<subject>/<subject_id>")
@permit(Action.SEE_DOCUMENTS)
def papers(subject: str, subject_id: str) -> str:
    """Every picture of one record, those taken down last."""
    found = _subject(read_session(), subject, subject_id)
    note_look((f"papers.{found.kind.value}", found.public_id), found.area_code)
    return _page(found)


@documents.route("/papers/<subject>/<subject_id>", methods=["POST"])
@permit(Action.KEEP_DOCUMENTS)
def attach(subject: str, subject_id: str) -> Answer:
    """Keep one more; a picture that cannot be kept leaves the form as it was filled in."""
    actor, clock = current_actor(), current_clock()
    found = _subject(read_session(), subject, subject_id)
    form = AttachForm(KINDS_OF[found.kind])
    if not form.validate():
        return _page(found, form), 400
    forget_reads()
    try:
        command = form.to_command()  # draws the paper anew: nobody else's writing waits for that
        with transaction() as session:
            again = _subject(session, subject, subject_id)
            attach_document(session, current_keyring(), actor, again, command, clock.today(), clock.now())
    except (Conflict, Invalid) as refused:
        show_errors(form, refused)
        return _page(found, form), 400 if isinstance(refused, Invalid) else 409
    flash(_("材料已留存"), "good")
    return redirect(url_for("documents.papers", subject=subject, subject_id=subject_id), 303)


@documents.route("/documents/<public_id>")
@permit(Action.SEE_DOCUMENTS)
def download(public_id: str) -> BaseResponse:
    """The picture, for a role that sees everything that stands on it; others are led to where it is listed."""
    actor, clock = current_actor(), current_clock()
    found, its = get_document(read_session(), actor, public_id)
    if sight_for(actor, found.kind, its) is not Sight.OPEN:
        flash(_("按信息最小化规定，您的岗位不能直接打开这份材料"), "warning")
        return redirect(url_for("documents.papers", subject=its.kind.value, subject_id=its.public_id), 303)
    with transaction() as session:
        document, subject = get_document(session, actor, public_id)
        content, file = open_document(session, current_keyring(), actor, document, subject, clock.now(), clock.today())
        return _handed_out(content, file.name, file.media_type)


@documents.route("/documents/<public_id>", methods=["POST"])
@permit(Action.SEE_DOCUMENTS)
def reveal(public_id: str) -> Answer:
    """The picture, for a role that sees what stands on it masked and says why it must look."""
    actor, clock, form = current_actor(), current_clock(), OpenForm()
    _document, subject = get_document(read_session(), actor, public_id)
    if not form.validate():
        return _page(subject, opening=form, about=public_id), 400
    forget_reads()
    try:
        with transaction() as session:
            document, subject = get_document(session, actor, public_id)
            content, file = open_document(
                session, current_keyring(), actor, document, subject, clock.now(), clock.today(),
                form.reason.data or "", form.case.data or "",
            )  # fmt: skip
            return _handed_out(content, file.name, file.media_type)
    except (Conflict, Invalid) as refused:
        show_errors(form, refused)
        return _page(subject, opening=form, about=public_id), 400 if isinstance(refused, Invalid) else 409


@documents.route("/documents/<public_id>/withdraw", methods=["POST"])
@permit(Action.KEEP_DOCUMENTS)
def withdraw(public_id: str) -> Answer:
    """It was the wrong paper: it no longer counts, and stays."""
    actor, form = current_actor(), WithdrawForm()
    _document, subject = get_document(read_session(), actor, public_id)
    if not form.validate():
        return _page(subject, withdrawing=form, about=public_id), 400
    forget_reads()
    try:
        with transaction() as session:
            document, its = get_document(session, actor, public_id)
            withdraw_document(session, actor, document, its, form.reason.data or "", current_clock().now())
    except (Conflict, Invalid) as refused:
        show_errors(form, refused)
        status = 400 if isinstance(refused, Invalid) else 409
        return _page(subject, withdrawing=form, about=public_id), status
    flash(_("已撤下，原件影像和原因留有记录"), "good")
    return redirect(url_for("documents.papers", subject=subject.kind.value, subject_id=subject.public_id), 303)


def _subject(session: Session, kind: str, public_id: str) -> Subject:
    try:
        return get_subject(session, current_actor(), DocumentSubject(kind), public_id)
    except ValueError:
        raise NotFound from None


def _page(
    subject: Subject,
    form: AttachForm | None = None,
    *,
    opening: OpenForm | None = None,
    withdrawing: WithdrawForm | None = None,
    about: str = "",
) -> str:
    """`about` is the paper whose small form was sent back."""
    session, actor = read_session(), current_actor()
    return render_template(
        "documents/papers.html",
        subject=subject,
        papers=list_papers(session, actor, subject),
        kinds=KIND_LABELS,
        form=form or _fresh(subject),
        opening=opening or OpenForm(formdata=None),
        withdrawing=withdrawing or WithdrawForm(formdata=None),
        refused=form or opening or withdrawing,
        about_id=about,
    )


def _fresh(subject: Subject) -> AttachForm:
    """`?kind=` chooses the paper that a page has led here for."""
    given = {"key": new_public_id(), "kind": request.args.get("kind", "")}
    return AttachForm(KINDS_OF[subject.kind], formdata=None, data=given)


def _handed_out(content: bytes, name: str, media_type: str) -> BaseResponse:
    """Always a download: no picture is drawn as a page of ours."""
    answer = send_file(BytesIO(content), mimetype=media_type, download_name=name, as_attachment=True)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
