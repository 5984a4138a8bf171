"""A supervision sample from the draw to its closing: the same on both databases, checked by two, read by whom it concerns, final."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import AgencyKind
from app.audit.models import AuditEvent, PrintedPaper
from app.core.actor import Actor
from app.core.db import Database, new_public_id
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.reasons import say_date
from app.guardians.models import Guardianship
from app.guardians.queries.page import list_agreements, list_guardians
from app.numbers.commands_sampling import DrawSample, RecordFindings
from app.numbers.models import Sample, SampleMark, SampleRecord, SampleUnit
from app.numbers.papers_sampling import read_forms
from app.numbers.queries.sampling import get_sample, items_for, list_found, list_units, name_records
from app.numbers.rules.sampling import SampleSubject, Sizes, Unable, Verdict
from app.numbers.sampled_facts import read_sampled
from app.numbers.service.drawing import draw_sample, plan_sample, verify
from app.numbers.service.sampling import close_sample, comment_on, record_findings, withdraw_sample
from app.patients.models import Patient
from app.patients.queries.page import header_of
from app.patients.queries.treatment import treatment_of
from app.people.vault import Vault
from app.visits.models import FollowUpVisit
from app.visits.queries import find_last_visit
from app.visits.reading import answer
from app.visits.service import record_visit
from tests.rig.caseload import add_patient
from tests.rig.clock import NOW, TODAY
from tests.rig.counted import _examination
from tests.rig.county import OTHER_TOWN, OTHER_VILLAGE, TOWN, VILLAGE, County
from tests.rig.crowd import meanwhile
from tests.rig.families import SEEN, settle_in, varied
from tests.rig.queries import counted
from tests.rig.unguarded import without_guards
from tests.rig.visits import command, register, stable
from tests.services.test_putting_right import _merge, _pair

ClientAs = Callable[[str], FlaskClient]
RECORDS = SampleSubject.RECORDS
PLANNED = DrawSample("k" * 22, RECORDS, None, None, Sizes(0, 3), seed="2026")


def key(number: int, centre: str = "town") -> str:
    return f"record-{centre}-{number:02}".ljust(22, "0")


def people(session: Session, county: County, *, backwards: bool = False) -> None:
    """Twelve people of the county town, of whom two are at level 3, two of the other town, one whom nobody answers for."""
    numbers = list(range(12))
    for number in reversed(numbers) if backwards else numbers:
        centre = county.agencies[AgencyKind.HEALTH_CENTRE, TOWN]
        level = 3 if number in (4, 9) else 0
        add_patient(session, f"钱有{'甲乙丙丁戊己庚辛壬癸子丑'[number]}", agency_id=centre, risk_level=level, public_id=key(number))  # fmt: skip
    for number in range(2):
        other = county.agencies[AgencyKind.HEALTH_CENTRE, OTHER_TOWN]
        add_patient(session, f"周长{number}", OTHER_VILLAGE, agency_id=other, public_id=key(number, "else"))
    add_patient(session, "无人管")


def keep_keys(app: Flask, session: Session) -> None:
    """A key for everybody, as registering makes one: what is noted of them is sealed under it."""
    vault = Vault(session, app.extensions["anhu.keyring"])
    session.add_all(vault.new_key(one) for one in session.scalars(select(Patient.person_id)))


def check(app: Flask, session: Session, actor: Actor, public_id: str, command: RecordFindings) -> None:
    record_findings(session, Vault(session, app.extensions["anhu.keyring"]), actor, public_id, command, NOW)


def drawn(session: Session, county: County, planned: DrawSample = PLANNED, who: str = "county_office") -> Sample:
    actor = county.actor(who)
    planned = replace(planned, submission_key=new_public_id())
    seen = plan_sample(session, actor, planned, TODAY).token
    return draw_sample(session, actor, replace(planned, seen=seen), TODAY, NOW)[0]


def keys(session: Session, sample: Sample) -> list[str]:
    rows = select(SampleRecord.key).where(SampleRecord.sample_id == sample.id)
    return list(session.scalars(rows.order_by(SampleRecord.agency_id, SampleRecord.serial)))


def records(session: Session) -> list[SampleRecord]:
    return list(session.scalars(select(SampleRecord).order_by(SampleRecord.agency_id, SampleRecord.serial)))


def records_of(session: Session, sample: Sample) -> list[SampleRecord]:
    return [one for one in records(session) if one.sample_id == sample.id]


def found(record: SampleRecord, *verdicts: tuple[str, str], **changes: object) -> RecordFindings:
    said = RecordFindings(record.version, {item: Verdict(verdict) for item, verdict in verdicts}, None, "")
    return replace(said, **changes)  # type: ignore[arg-type]  # names and values are what was found's


def expected(seed: str, names: list[str], wanted: int) -> list[str]:
    """The documented draw, written down again."""
    return sorted(names, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).hexdigest())[:wanted]


@pytest.mark.parametrize("backwards", [False, True])
def test_seed_and_records_alone_decide_who_is_drawn_on_either_database_and_in_whichever_order_they_came(
    database: Database, county: County, backwards: bool
) -> None:
    town, other = [key(number) for number in range(12)], [key(number, "else") for number in range(2)]
    with database.transaction() as session:
        people(session, county, backwards=backwards)
        sample = drawn(session, county)
        assert keys(session, sample) == [*expected("2026", town, 3), *expected("2026", other, 3)]
        assert (sample.number, sample.frame_count, sample.drawn_count) == ("安抽〔2026〕1号", 14, 5)
        # the file of the frame has the digest that was kept, whichever database wrote it
        assert sample.frame_digest != "" and verify(session, county.actor("auditor"), sample.public_id).holds
        apart = drawn(session, county, replace(PLANNED, sizes=Sizes(20, 1, 5)))
        rest = [one for one in town if one not in (key(4), key(9))]
        assert keys(session, apart)[:4] == [*expected("2026", [key(4), key(9)], 2), *expected("2026", rest, 2)]
        chosen = drawn(session, county, replace(PLANNED, seed=""))
        assert re.fullmatch("[0-9a-f]{16}", chosen.seed) and not chosen.seed_is_given and sample.seed_is_given
        assert chosen.frame_digest == sample.frame_digest and chosen.number == "安抽〔2026〕3号"


def test_what_cannot_be_drawn_is_refused_where_it_stands(database: Database, county: County) -> None:
    office = county.actor("county_office")
    with database.transaction() as session:
        people(session, county)
    with database.transaction() as session:
        plan = plan_sample(session, office, PLANNED, TODAY)
        assert [(one.rest, one.drawn) for one in plan.units] == [(12, 3), (2, 2)] and plan.framed.without_agency == 1
        for changes, field in (
            ({"sizes": Sizes(0, 0, 2)}, "least"),
            ({"seed": "种子"}, "seed"),
            ({"units": ("nobody",)}, "units"),
            ({"subject": SampleSubject.VISITS}, "first_on"),
            ({"subject": SampleSubject.VISITS, "first_on": TODAY}, "last_on"),
            ({"subject": SampleSubject.VISITS, "first_on": TODAY, "last_on": TODAY + timedelta(1)}, "last_on"),
        ):
            with pytest.raises(Invalid) as refused:
                plan_sample(session, office, replace(PLANNED, **changes), TODAY)  # type: ignore[arg-type]  # names and values are a plan's
            assert list(refused.value.errors) == [field]
        no_visit = replace(PLANNED, subject=SampleSubject.VISITS, first_on=TODAY, last_on=TODAY)
        for planned, code in (
            (PLANNED, "unseen"),  # nobody looked at it
            (replace(PLANNED, seen=plan.token, sizes=Sizes(50, 3)), "unseen"),
            (no_visit, "nothing"),
        ):
            with pytest.raises(Conflict) as stopped:
                draw_sample(session, office, planned, TODAY, NOW)
            assert stopped.value.reason.code == f"numbers.sample.{code}"
        for role in ("auditor", "health_lead", "town", "reviewer"):
            with pytest.raises(Forbidden):
                draw_sample(session, county.actor(role), PLANNED, TODAY, NOW)
    with database.transaction() as session:
        add_patient(session, "新来的", agency_id=county.agencies[AgencyKind.HEALTH_CENTRE, TOWN])
        with pytest.raises(Conflict):  # somebody came since it was looked at
            draw_sample(session, office, replace(PLANNED, seen=plan.token), TODAY, NOW)
    with database.transaction() as session:
        standing = drawn(session, county)
        with pytest.raises(Conflict) as twice:  # the same records by the same seed, sent as another form
            drawn(session, county)
        assert twice.value.reason.args["number"] == standing.number


def test_visits_are_drawn_by_who_answered_for_them_once_they_are_complete_and_confirmed(
    app: Flask, database: Database, county: County
) -> None:
    doctor = county.actor("doctor")
    with database.transaction() as session:
        keyring = app.extensions["anhu.keyring"]
        patient = register(session, keyring, doctor, TODAY, NOW)
        for days in (9, 5, 1):
            record_visit(session, Vault(session, keyring), doctor, command(patient, stable(TODAY - timedelta(days))), TODAY, NOW)  # fmt: skip
        planned = replace(
            PLANNED, subject=SampleSubject.VISITS, first_on=TODAY - timedelta(6), last_on=TODAY, sizes=Sizes(100, 0)
        )
        sample = drawn(session, county, planned, "coordinator")
        assert sample.drawn_count == 2
        # whoever reads nothing clinical checks none of it
        assert sample.items == ["identity", "visit_took_place", "visit_paper", "visit_level"]
        # of one person's two visits each form tells its own
        whole = drawn(session, county, replace(planned, seed="whole"))
        vault, ones = Vault(session, app.extensions["anhu.keyring"]), records_of(session, whole)
        said = read_sampled(
            session, county.actor("county_office"), vault, ones, items_for(county.actor("county_office"), whole)
        )
        visited = {one.id: session.get_one(FollowUpVisit, one.visit_id).visited_on for one in ones}
        assert all(said[at].facts["visit_took_place"].startswith(say_date(day)) for at, day in visited.items())
        assert all(said[at].facts["visit_medicine"] for at in visited)


def test_a_sample_is_drawn_checked_by_two_closed_and_read_by_whom_it_concerns(
    app: Flask, database: Database, county: County, client_as: ClientAs
) -> None:
    with database.transaction() as session:
        people(session, county)
        keep_keys(app, session)
    office, coordinator = client_as("county_office"), client_as("coordinator")
    form = {"key": new_public_id(), "subject": "records", "percent": "0", "least": "3", "high": "0", "seed": "2026"}

    # first how many of how many, then the draw; twice sent is drawn once
    looked = office.post("/numbers/samples/new", data=form)
    assert (
        looked.status_code == 200
        and "将抽取 5 份，名册共 14 份" in looked.text
        and "另有 1 份没有负责机构" in looked.text
    )
    seen = re.search(r'name="seen"[^>]*value="(\w{64})"', looked.text)
    assert seen
    sent = {**form, "seen": seen[1]}
    stale = office.post("/numbers/samples/new", data={**sent, "least": "2"})
    assert stale.status_code == 409 and "将抽取 4 份" in stale.text  # something else than was looked at
    page = office.post("/numbers/samples/new", data=sent).location
    assert office.post("/numbers/samples/new", data=sent).location == page
    again = office.post("/numbers/samples/new", data={**sent, "key": new_public_id()})
    assert again.status_code == 409 and "安抽〔2026〕1号" in again.text
    assert "没有填完结果" in office.get(page).text and "安抽〔2026〕1号" in office.get("/numbers/samples/").text

    # while it runs nobody of the institution knows of it
    lead = client_as("health_lead")
    for stranger in (lead, client_as("town")):
        assert "安抽" not in stranger.get("/numbers/samples/").text and stranger.get(page).status_code == 404
    assert client_as("doctor").get(page).status_code == 403
    assert office.post(f"{page}/close").status_code == 409

    with database.reading() as session:
        drawn_ones = records(session)
        public_ids = [one.public_id for one in drawn_ones]
        names = [one.name or "" for one in name_records(session, county.actor("county_office"), drawn_ones).values()]
        unit = list_units(session, county.actor("county_office"), session.scalars(select(Sample)).one())[0].agency
    # the auditor reads and never writes, names masked
    auditor = client_as("auditor")
    listed = auditor.get(f"{page}/records").text
    assert "钱*" in listed and not any(name in listed for name in names)
    assert auditor.post(f"/numbers/samples/records/{public_ids[0]}", data={}).status_code == 403
    assert "结果与抽取名单一致" in auditor.get(f"{page}/verify").text
    frame = auditor.get(f"{page}/frame.txt").data
    with database.reading() as session:
        assert hashlib.sha256(frame).hexdigest() == session.scalars(select(Sample.frame_digest)).one()
    assert not any(name.encode() in frame for name in names)

    # the form to take along: a page a record, what the register says, by the field table
    paper = PdfReader(io.BytesIO(office.get(f"{page}/{unit.public_id}/form.pdf").data))
    words = ["".join((one.extract_text() or "").split()) for one in paper.pages]
    assert len(words) == 3 and all(name in word for name, word in zip(names, words, strict=False))
    assert "目前诊断" in words[0] and "（盖章）" in words[0]
    assert f"{page}/forms.pdf" in office.get(page).text
    bound = PdfReader(io.BytesIO(office.get(f"{page}/forms.pdf").data))
    assert len(bound.pages) == len(drawn_ones) == 5
    assert all(
        name in "".join((sheet.extract_text() or "").split()) for name, sheet in zip(names, bound.pages, strict=True)
    )
    narrower = PdfReader(io.BytesIO(coordinator.get(f"{page}/{unit.public_id}/form.pdf").data))
    told = "".join((narrower.pages[0].extract_text() or "").split())
    assert "目前诊断" not in told and "另有5项打印人岗位不能查看" in told

    # what was found; two at once: the second is told and keeps what was typed
    at = f"/numbers/samples/records/{public_ids[0]}"
    assert "1980年5月1日出生" in office.get(at).text and "出生" not in coordinator.get(at).text
    assert office.post(at, data={"version": "1"}).status_code == 400
    assert (
        office.post(at, data={"version": "1", "verdict_identity": "mismatch"}).status_code == 400
    )  # says nothing of how
    assert office.post(at, data={"version": "1", "verdict_identity": "other"}).status_code == 400
    first = {"version": "1", "verdict_identity": "mismatch", "verdict_consent": "match", "note": "出生日期与证件不一致"}
    after = office.post(at, data=first).location
    assert after.endswith(public_ids[1])  # the next one
    late = coordinator.post(at, data={"version": "1", "verdict_guardian": "match", "note": "监护人已换"})
    assert late.status_code == 409 and "监护人已换" in late.text and "已保存：不符" in late.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', late.text)
    assert version and version[1] == "2"
    # a note is sealed, and read by whom the field table lets read words; left empty by others it stays
    assert "出生日期与证件不一致" in office.get(at).text
    assert "出生日期与证件" not in late.text and "出生日期与证件" not in coordinator.get(at).text
    assert "留空即保留" in coordinator.get(at).text and "留空即保留" not in office.get(at).text
    bare = "".join(PdfReader(io.BytesIO(coordinator.get(f"{page}/{unit.public_id}/form.pdf").data)).pages[0].extract_text().split())  # fmt: skip
    full = "".join(PdfReader(io.BytesIO(office.get(f"{page}/{unit.public_id}/form.pdf").data)).pages[0].extract_text().split())  # fmt: skip
    assert "出生日期与证件不一致" in full and "出生日期与证件" not in bare
    assert coordinator.post(at, data={"version": "2", "verdict_guardian": "mismatch"}).status_code == 302
    assert "出生日期与证件不一致" in office.get(at).text
    assert (
        coordinator.post(at, data={"version": "3", "verdict_guardian": "match", "note": "出生日期不符"}).status_code
        == 302
    )
    assert "出生日期不符" in coordinator.get(at).text and "出生日期不符" in office.get(at).text  # the own words
    with database.reading() as session:
        sealed = session.scalars(select(SampleRecord.note_sealed).where(SampleRecord.note_sealed.is_not(None))).one()
        assert sealed is not None and "出生日期".encode() not in sealed
    assert (
        coordinator.post(at, data={"version": "4", "verdict_diagnosis": "match"}).status_code == 400
    )  # not theirs to check

    with database.transaction() as session:
        actor, [sample] = county.actor("county_office"), list(session.scalars(select(Sample)))
        items = sample.items
        one, two, three, *others = records(session)
        rest = [(item, "match") for item in items if item not in ("identity", "consent", "guardian")]
        check(app, session, actor, one.public_id, found(one, *rest, ("medicine", "unverifiable"), note="出生日期不符"))  # fmt: skip
        check(app, session, actor, two.public_id, found(two, *((item, "match") for item in items)))
        with pytest.raises(Invalid):
            check(app, session, actor, three.public_id, found(three, unable=Unable.OTHER))
        with pytest.raises(Invalid):
            check(app, session, actor, three.public_id, found(three, unable=Unable.OTHER, note="110101199003078013"))
        check(app, session, actor, three.public_id, found(three, unable=Unable.AWAY))
        for record in others:
            check(app, session, actor, record.public_id, found(record, *((item, "match") for item in items)))
        total = list_units(session, actor, sample)[0].tally
        assert (total.drawn, total.done, total.checked, total.wrong, total.unable) == (3, 3, 2, 1, 1)
        assert (total.items, total.errors, total.unverifiable) == (19, 1, 1)

    # every figure is the list behind it
    for of, count in (("drawn", 3), ("checked", 2), ("wrong", 1), ("unable", 1), ("items", 19), ("errors", 1), ("unverifiable", 1)):  # fmt: skip
        rows = office.get(f"{page}/records?unit={unit.public_id}&of={of}").text
        assert f"共 {count}<" in rows and rows.count('class="figure-row"') == count
    assert office.get(f"{page}/records?of=errors&item=identity").text.count('class="figure-row"') == 1
    # what the coordinator's role may not read of somebody no list of one item tells either
    assert coordinator.get(f"{page}/records?of=items&item=identity").status_code == 200
    assert coordinator.get(f"{page}/records?of=items&item=diagnosis").status_code == 404
    assert "item=identity" in coordinator.get(page).text and "item=diagnosis" not in coordinator.get(page).text
    assert "item=diagnosis" in office.get(page).text
    assert (
        office.get(f"{page}/records?of=paid").status_code
        == office.get(f"{page}/records?unit=nobody").status_code
        == 404
    )

    ordered = "/numbers/orders/new?of=sample-2026-1&place=349921000000"
    assert office.get(ordered).status_code == 404  # of one that is closed alone
    assert "督导抽查" not in lead.get("/").text
    assert office.post(f"{page}/close").status_code == 302
    assert office.post(f"{page}/close").status_code == 409
    assert "督导抽查安抽〔2026〕1号已结束：本机构 1 份有不符" in lead.get("/").text
    refused = office.post(at, data={"version": "9", "verdict_identity": "match"})
    assert refused.status_code == 409 and "结果不再变动" in refused.text

    # what differs becomes an order to the institution, once; whether it was mended somebody looks at
    assert "of=sample-2026-1" in office.get(page).text and unit.public_id in office.get(ordered).text
    where = ordered.replace("new?", f"new/{unit.public_id}?")
    order = office.post(where, data={"demand": "mend", "working_days": "5"}).location
    assert office.post(where, data={"demand": "mend", "working_days": "5"}).location == order
    told = lead.get(order).text
    assert "督导抽查不符（2026年第1号）" in told and "现场核查 1 项与登记不符" in told and names[0] in told
    assert "由督办单位复核" in told and "0 / 1 例" in told
    assert office.get(ordered.replace("2026-1", "2026-9")).status_code == 404

    # the institution reads its own and says its word once; a town reads counts alone
    own = lead.get(page).text
    assert unit.name in own and "安平镇" not in own
    assert "出生日期不符" in lead.get(f"/numbers/samples/records/{public_ids[0]}").text
    assert "出生日期不符" not in coordinator.get(f"/numbers/samples/records/{public_ids[0]}").text
    assert lead.get(f"/numbers/samples/records/{public_ids[-1]}").status_code == 404
    assert lead.post(f"{page}/comment", data={"comment": ""}).status_code == 400
    assert lead.post(f"{page}/comment", data={"comment": "已按证件更正"}).status_code == 302
    assert lead.post(f"{page}/comment", data={"comment": "再说一次"}).status_code == 409
    assert "已按证件更正" in office.get(page).text
    town = client_as("town")
    assert "50.00%" in town.get(page).text and f"{page}/records" not in town.get(page).text
    assert town.get(f"{page}/records").status_code == 403
    book = load_workbook(io.BytesIO(lead.get(f"{page}/summary.xlsx").data))
    assert unit.name in [cell.value for row in book.active.iter_rows() for cell in row]
    assert PdfReader(io.BytesIO(town.get(f"{page}/summary.pdf").data)).pages
    with database.reading() as session:
        kinds = set(session.scalars(select(PrintedPaper.kind)))
        assert kinds == {"numbers.sample_form_printed", "numbers.sample_summary_printed"}
        noted = set(session.scalars(select(AuditEvent.action)))
        assert {"numbers.sample_drawn", "numbers.sample_opened", "numbers.sample_record_opened", "numbers.sample_closed"} <= noted  # fmt: skip


def test_the_database_lets_nobody_touch_what_was_drawn_or_found(app: Flask, database: Database, county: County) -> None:
    office = county.actor("county_office")
    with database.transaction() as session:
        people(session, county)
        sample = drawn(session, county)
        spare = session.scalars(select(Patient.id).where(Patient.agency_id.is_(None))).one()
        more = {"sample_id": sample.id, "agency_id": county.agencies[AgencyKind.HEALTH_CENTRE, TOWN], "serial": 9, "stratum": "rest", "key": "x", "patient_id": spare, "public_id": "x", "version": 1}  # fmt: skip
        other_unit = {"sample_id": sample.id, "agency_id": county.agencies[AgencyKind.POLICE, TOWN], "frame": {}, "frame_high": 0, "frame_rest": 1, "drawn_high": 0, "drawn_rest": 0}  # fmt: skip
    early = update(Sample).values(state="closed", ended_at=NOW, ended_by=office.user_id)
    for forbidden in (
        update(Sample).values(seed="another"),
        update(SampleUnit).values(drawn_rest=2),
        update(SampleUnit).values(comment="早", commented_at=NOW, commented_by=office.user_id),
        update(SampleRecord).values(key=SampleRecord.serial + 1),
        insert(SampleRecord).values(more),
        insert(SampleUnit).values(other_unit),
        delete(SampleRecord),
        delete(Sample),
        early,
    ):
        with pytest.raises(IntegrityError), database.transaction() as session:
            session.execute(forbidden)
    with database.transaction() as session:
        for record in records(session):
            check(app, session, office, record.public_id, found(record, unable=Unable.AWAY))
        first = records(session)[0]
        check(app, session, office, first.public_id, found(first, ("identity", "match"), unable=None))
        check(app, session, office, first.public_id, found(first, unable=Unable.AWAY))
        close_sample(session, office, sample.public_id, NOW)
    for late in (
        update(SampleMark).values(verdict="mismatch"),
        insert(SampleMark).values(record_id=first.id, item="level", verdict="match"),
        delete(SampleMark),
        update(SampleRecord).values(note_sealed=b"later", noted_by=office.user_id),
        update(Sample).values(state="withdrawn", why="后来撤的"),
    ):
        with pytest.raises(IntegrityError), database.transaction() as session:
            session.execute(late)
    with database.transaction() as session, pytest.raises(Conflict):
        withdraw_sample(session, office, sample.public_id, "后来撤的", NOW)
    # whoever tampers all the same is found out by drawing again
    with database.transaction() as session:
        without_guards(session, "guard_sample_records_frozen")
        session.execute(update(SampleRecord).where(SampleRecord.id == first.id).values(key="smuggled"))
        proof = verify(session, county.actor("auditor"), sample.public_id)
        assert not proof.holds and proof.is_frame_whole and len(proof.differing) == 1
        session.rollback()


def test_of_two_at_one_moment_one_acts_and_the_other_is_told(app: Flask, database: Database, county: County) -> None:
    office, coordinator, lead = (county.actor(name) for name in ("county_office", "coordinator", "health_lead"))
    with database.transaction() as session:
        people(session, county)
        seen = plan_sample(session, office, PLANNED, TODAY).token
    form = replace(PLANNED, seen=seen)
    both = meanwhile(
        database,
        lambda session: draw_sample(session, office, form, TODAY, NOW),
        lambda session: draw_sample(session, office, form, TODAY, NOW),
    )
    another = replace(form, submission_key=new_public_id())
    same = meanwhile(
        database,
        lambda session: draw_sample(session, office, form, TODAY, NOW),
        lambda session: draw_sample(session, coordinator, another, TODAY, NOW),
    )
    with database.reading() as session:
        [sample] = list(session.scalars(select(Sample)))
        one, *others = records(session)
    # the coordinator's sample compares less and yet would be of the same records by the same seed
    assert (both, same) == (("done", "done"), ("done", "numbers.sample.same_draw"))
    twice = meanwhile(
        database,
        lambda session: check(app, session, office, one.public_id, found(one, ("identity", "match"))),
        lambda session: check(app, session, coordinator, one.public_id, found(one, ("level", "match"))),
    )
    assert twice == ("done", "numbers.sample.changed")
    with database.transaction() as session:
        for record in records(session):
            check(app, session, office, record.public_id, found(record, unable=Unable.AWAY))
    last = others[-1]
    late = meanwhile(
        database,
        lambda session: close_sample(session, office, sample.public_id, NOW),
        lambda session: check(app, session, office, last.public_id, found(last, unable=Unable.DIED)),
    )
    assert late == ("done", "numbers.sample.ended")
    words = meanwhile(
        database,
        lambda session: comment_on(session, lead, sample.public_id, "第一次", NOW),
        lambda session: comment_on(session, lead, sample.public_id, "第二次", NOW),
    )
    assert words == ("done", "numbers.sample.commented")


def test_what_the_register_says_of_somebody_merged_is_read_of_the_record_that_stays(
    app: Flask, session: Session, county: County
) -> None:
    kept, merged = _pair(session, county)
    office = county.actor("county_office")
    merged.agency_id = kept.agency_id = county.agencies[AgencyKind.HEALTH_CENTRE, TOWN]
    session.flush()
    sample = drawn(session, county, replace(PLANNED, sizes=Sizes(100, 0)))
    [of_merged] = session.scalars(select(SampleRecord).where(SampleRecord.patient_id == merged.id))
    _merge(session, county, kept, merged)
    session.expire_all()
    vault = Vault(session, app.extensions["anhu.keyring"])
    said = read_sampled(session, office, vault, [of_merged], items_for(office, sample))[of_merged.id]
    assert said.entry is not None and said.entry.patient.public_id == kept.public_id
    assert said.facts["diagnosis"] == "精神分裂症" and verify(session, office, sample.public_id).holds


def test_forms_are_read_together_and_say_what_each_patients_own_pages_say(
    app: Flask, database: Database, county: County
) -> None:
    keyring, office, doctor = app.extensions["anhu.keyring"], county.actor("county_office"), county.actor("doctor")
    centre = county.agencies[AgencyKind.HEALTH_CENTRE, TOWN]
    with database.transaction() as session:
        # whoever is first was never visited, so that of any two one was
        families = [replace(one, area_code=VILLAGE, seen_on=SEEN if one.place else None) for one in varied(8)]
        for place, kept in enumerate(settle_in(session, keyring, county, families, NOW)):
            patient = kept.patient
            patient.agency_id = centre
            withdrawn: dict[str, object] = {"withdrawn_at": NOW, "withdrawn_by": 1}
            days = [("2026-03-02", {}), ("2026-09-01", {}), ("2026-10-01", withdrawn)]
            session.add_all(_examination(patient, day, more) for day, more in days[: place % 4])
            if place:
                record_visit(session, Vault(session, keyring), doctor, command(patient, stable(TODAY)), TODAY, NOW)
        ended = update(Guardianship).where(Guardianship.patient_id == patient.id)
        session.execute(ended.values(to_on=TODAY, end_reason={"code": "guardians.end.other"}))
        whole = drawn(session, county, replace(PLANNED, sizes=Sizes(100, 0)))
        few = drawn(session, county, replace(PLANNED, sizes=Sizes(0, 2), seed="fewer"))
        numbers = few.public_id, whole.public_id
    asked = []
    for public_id in numbers:
        with database.reading() as session:
            sample = get_sample(session, office, public_id)
            units = list_units(session, office, sample)
            with counted(database) as sent:
                [(paper, _wanted)] = read_forms(session, keyring, office, sample, units, NOW)
            asked.append((len(paper.records), len(sent)))
    assert [count for count, _sent in asked] == [2, 8] and asked[0][1] == asked[1][1]

    for role in ("county_office", "coordinator"):
        actor = county.actor(role)
        with database.reading() as session:
            sample, vault = get_sample(session, office, numbers[1]), Vault(session, keyring)
            sampled = read_sampled(session, actor, vault, records_of(session, sample), items_for(actor, sample))
            for one in sampled.values():
                assert one.entry is not None
                header = header_of(session, actor, vault, one.entry.patient, TODAY)
                names = "name", "place", "sex", "born_on", "address", "consent", "diagnosis", "risk_level", "risk_assessed_on"  # fmt: skip
                assert [getattr(one.entry, name) for name in names] == [getattr(header, name) for name in names]
                assert one.entry.id_number == (header.id_number.text if header.id_number else None)
                _says_of_care(session, actor, vault, one.entry.patient, one.facts)


def _says_of_care(session: Session, actor: Actor, vault: Vault, patient: Patient, facts: Mapping[str, str]) -> None:
    """Guardian and agreement, and of whoever reads anything clinical visit and examination, as the patient's pages have them."""
    present = [one.name for one in list_guardians(session, actor, vault, patient) if one.is_present]
    [agreement] = list_agreements(session, actor, patient, TODAY)
    assert [name in facts["guardian"] for name in present] == [True] * bool(facts["guardian"])
    assert agreement.number in facts["agreement"]
    assert say_date(agreement.last_day) in facts["agreement"]
    if "last_visit" not in facts:
        return
    last = find_last_visit(session, actor, patient)
    assert facts["last_visit"].startswith(say_date(last.visit.visited_on)) if last else facts["last_visit"] == ""
    assert facts["medicine"] == (answer(last.record(None, patient.person_id), "medicines") if last else "")
    made = treatment_of(session, actor, vault, patient, TODAY).examinations
    assert facts["examination"] == (say_date(made[0].examination.examined_on) if made else "")


def test_a_withdrawn_sample_keeps_its_number_and_tells_no_institution(database: Database, county: County) -> None:
    office, lead = county.actor("county_office"), county.actor("health_lead")
    with database.transaction() as session:
        people(session, county)
        sample = drawn(session, county)
        with pytest.raises(Invalid):
            withdraw_sample(session, office, sample.public_id, " ", NOW)
        withdraw_sample(session, office, sample.public_id, "方案有误", NOW)
        with pytest.raises(NotFound):
            comment_on(session, lead, sample.public_id, "意见", NOW)
        assert drawn(session, county, replace(PLANNED, seed="another")).number == "安抽〔2026〕2号"
        assert not [one for one in list_found(session, sample, []) if one]
