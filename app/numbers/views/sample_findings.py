"""What was found of one drawn record: entered on site or from the paper, read afterwards."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for

from app.accounts.queries import display_names
from app.areas.models import Agency
from app.audit.service import note
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import forget_reads, read_session, show_errors
from app.numbers.forms_sampling import FindingsForm, field_of, findings_form
from app.numbers.labels_sampling import HOW, ITEMS, STATES, TONES, UNABLE, VERDICTS, subject_words
from app.numbers.models import Sample, SampleRecord
from app.numbers.queries.sampling import (
    Found,
    found_of,
    get_record,
    items_for,
    list_found,
    name_records,
    notes_of,
    reads_note,
)
from app.numbers.rules.sampling import SampleState
from app.numbers.sampled_facts import Sampled, read_sampled
from app.numbers.service.sampling import record_findings
from app.numbers.views.blueprint import Answer, numbers
from app.people.vault import Vault


@numbers.get("/samples/records/<public_id>")
@permit(Action.OPEN_SAMPLES)
def sample_record(public_id: str) -> str:
    """One drawn record with what was found; whoever checks compares it here with what the register says. Noted."""
    session, actor = read_session(), current_actor()
    record, sample = get_record(session, actor, public_id)
    _note_opened(record, sample)
    return _page(record, sample, _form(record, sample))


@numbers.post("/samples/records/<public_id>", endpoint="record_sample_findings")
@permit(Action.DRAW_SAMPLES)
def store(public_id: str) -> Answer:
    """Keep what was found; the next record that is not answered comes after it."""
    session, actor = read_session(), current_actor()
    record, sample = get_record(session, actor, public_id)
    form = _form(record, sample)
    if not form.validate_on_submit():
        return _page(record, sample, form), 400
    forget_reads()
    try:
        with transaction() as writing:
            vault = Vault(writing, current_keyring())
            record_findings(writing, vault, actor, public_id, form.to_command(), current_clock().now())
    except (Conflict, Invalid) as refused:
        show_errors(form, refused)
        record, sample = get_record(read_session(), actor, public_id)
        return _page(record, sample, form), 400 if isinstance(refused, Invalid) else 409
    if form.unable.data:
        flash(_("第 %(n)s 份已按整份无法核查保存，逐项结果不计入。", n=record.serial), "success")
    else:
        flash(_("第 %(n)s 份的核查结果已保存。", n=record.serial), "success")
    return redirect(_next(record, sample))


def _form(record: SampleRecord, sample: Sample) -> FindingsForm:
    session, actor = read_session(), current_actor()
    marks = found_of(session, sample, record).marks
    standing = {field_of(one): marks[one.code].value for one in items_for(actor, sample) if one.code in marks}
    unable = record.unable.value if record.unable else None
    note = _note(record)
    return findings_form(items_for(actor, sample), **standing, version=record.version, unable=unable, note=note)


def _note(record: SampleRecord) -> str:
    session = read_session()
    return notes_of(session, Vault(session, current_keyring()), current_actor(), [record]).get(record.id, "")


def _page(record: SampleRecord, sample: Sample, form: FindingsForm) -> str:
    session, actor = read_session(), current_actor()
    items, checks = items_for(actor, sample), may(actor, Action.DRAW_SAMPLES)
    found = found_of(session, sample, record)
    sampled = _sampled(record, sample) if checks else None
    if sample.state is SampleState.RUNNING and form.form_errors:
        form.version.data = str(
            record.version
        )  # what was typed is shown beside what stands, and saved over it if so wished
    return render_template(
        "numbers/sample_record.html",
        one=record,
        sample=sample,
        form=form,
        found=found,
        note_text=_note(record),
        hides_note=record.note_sealed is not None and not reads_note(actor, record),
        fields=[(one, form[field_of(one)]) for one in items],
        others=sample.item_count - len(items),
        entry=sampled.entry if sampled else None,
        recorded=sampled.facts if sampled else {},
        named=name_records(session, actor, [record])[record.id],
        unit=session.get_one(Agency, record.agency_id),
        subject=subject_words(sample),
        hands=display_names(session, {record.checked_by}) if record.checked_by else {},
        may_enter=checks and sample.state is SampleState.RUNNING,
        states=STATES,
        tones=TONES,
        item_words=ITEMS,
        how=HOW,
        verdicts=VERDICTS,
        unable_words=UNABLE,
    )


def _sampled(record: SampleRecord, sample: Sample) -> Sampled:
    session, actor = read_session(), current_actor()
    vault = Vault(session, current_keyring())
    return read_sampled(session, actor, vault, [record], items_for(actor, sample))[record.id]


def _next(record: SampleRecord, sample: Sample) -> str:
    """The next record of the institution that is not answered yet; its list where all are."""
    session, actor = read_session(), current_actor()
    left: list[Found] = [one for one in list_found(session, sample, [record.agency_id]) if not one.tally.done]
    own = {one.code for one in items_for(actor, sample)}
    after = [one for one in left if one.record.id != record.id and own - set(one.marks)]
    later = [one for one in after if one.record.serial > record.serial]
    if chosen := next(iter(later or after), None):
        return url_for("numbers.sample_record", public_id=chosen.record.public_id)
    unit = session.get_one(Agency, record.agency_id).public_id
    return url_for("numbers.sample_records", public_id=sample.public_id, unit=unit)


def _note_opened(record: SampleRecord, sample: Sample) -> None:
    with transaction() as session:
        note(
            session,
            current_actor(),
            "numbers.sample_record_opened",
            now=current_clock().now(),
            subject=("sample_record", record.public_id),
            area_code=sample.area_code,
            detail={"number": sample.number},
        )
