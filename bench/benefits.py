"""What 50,000 families miss, and the insurer's list of as many: counts, lists and the workbook, beside bare statements and a bare workbook.

A family has four of the eight benefits on record; registration, means and states differ as they do in a county. Floors: of the counts,
one GROUP BY over both tables by place and by what is known of each benefit; of a page, fifty rows with their benefits; of a list on
which nobody stands, both tables read from end to end; of the workbook, as many rows of seven cells with the numbers opened.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from random import Random
from time import perf_counter, process_time

import xlsxwriter
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from app.accounts.queries import get_actor_by_id
from app.benefits.models import Benefit
from app.benefits.queries.gaps import count_gaps, list_gap
from app.benefits.rules.benefit import BenefitKind, BenefitState, Gap
from app.core.actor import Actor, Role
from app.core.batches import insert_rows, slices, table_of
from app.core.crypto import Keyring
from app.core.db import Database, new_public_id
from app.insurance.models import InsurancePolicy
from app.insurance.papers import insured_document, insured_lines
from app.insurance.queries.exports import exported_people
from app.insurance.queries.policies import get_policy
from app.insurance.rules.policies import EligibleRule, PolicyKind, PolicyState, Proration
from app.insurance.service.enrolling import preview_changes, report_changes
from app.patients.models import Patient
from app.people.models import Person
from app.people.vault import Vault
from bench.databases import database, kinds, settle
from bench.seed import COUNTY, NOW, TODAY, seed
from bench.table import Line, timed
from config import Key
from reports.insured_list import render_insured_xlsx

PATIENTS = 50_000
ROUNDS = 3
KNOWN = (
    BenefitKind.BASIC_MEDICAL,
    BenefitKind.MINIMUM_LIVING,
    BenefitKind.DISABILITY_CERTIFICATE,
    BenefitKind.DRUG_SUBSIDY,
)
RECEIVING = BenefitState.RECEIVING
# of a hundred families
SHARES = {
    RECEIVING: 60,
    BenefitState.NOT_RECEIVING: 28,
    BenefitState.APPLIED: 6,
    BenefitState.REFUSED: 3,
    BenefitState.ENDED: 3,
}
NOTE = (
    "Benefits hold 50,000 families with 200,000 records; the workbook is timed in processor time, all else by the wall."
)
GROUPED = """
SELECT p.area_code, p.management_status, p.economic_status, b.a, b.b, b.c, b.d, count(*) FROM patients p
JOIN people e ON e.id = p.person_id LEFT JOIN (SELECT patient_id, max(CASE WHEN kind = 'basic_medical' THEN state END) AS a,
  max(CASE WHEN kind = 'minimum_living' THEN state END) AS b, max(CASE WHEN kind = 'disability_certificate' THEN state END) AS c,
  max(CASE WHEN kind = 'drug_subsidy' THEN state END) AS d FROM benefits WHERE to_on IS NULL AND withdrawn_at IS NULL
  GROUP BY patient_id) b ON b.patient_id = p.id
WHERE p.area_code >= '349921' AND p.area_code < '349921:' AND p.registry_status = 'registered' AND e.died_on IS NULL
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
PAGE = """
SELECT p.id, p.public_id, p.area_code, e.name FROM patients p JOIN people e ON e.id = p.person_id
WHERE p.area_code >= '349921' AND p.area_code < '349921:' AND p.registry_status = 'registered' AND e.died_on IS NULL
ORDER BY p.area_code, p.id LIMIT 51
"""
OF_PAGE = "SELECT patient_id, kind, state, grade FROM benefits WHERE to_on IS NULL AND withdrawn_at IS NULL AND patient_id IN ({ids})"
WHOLE = (
    PAGE.replace("LIMIT 51", ""),
    "SELECT patient_id, kind, state, grade FROM benefits WHERE to_on IS NULL AND withdrawn_at IS NULL",
)


def measure() -> list[Line]:
    return [line for kind in kinds() for line in _on(kind)]


def _on(kind: str) -> list[Line]:
    key = Key("bench", b"0" * 32)
    keyring = Keyring((key,), (key,))
    with database(kind) as url:
        house = Database(url)
        seeded = seed(house, keyring, PATIENTS, with_phones=True)
        with house.transaction() as session:
            clerk = replace(get_actor_by_id(session, seeded.users[Role.COUNTY_OFFICE]), role=Role.CLERK)
            _benefits(session, clerk)
            policy = _insured(session, keyring, clerk)
        settle(url)
        lines = _reported(house, clerk, policy, kind)
        settle(url)
        with house.reading() as session:
            lines += [*_gaps(session, clerk, kind), _list(session, keyring, clerk, policy, kind)]
        house.engine.dispose()
    return lines


def _benefits(session: Session, actor: Actor) -> None:
    rng = Random(5)  # invention, not secrecy
    table = table_of(Patient)
    for some in slices(range(1, PATIENTS + 1), 5000):
        session.execute(
            update(table).where(table.c.id == bindparam("own")).values(registered_on=bindparam("on"), economic_status=bindparam("means")),
            [{"own": one, "on": TODAY - timedelta(days=rng.randrange(4000)), "means": rng.choice((None, 1, 2))} for one in some],
        )  # fmt: skip
        insert_rows(session, Benefit, [
            {
                "public_id": new_public_id(), "submission_key": new_public_id(), "patient_id": one, "kind": kind,
                "state": state, "from_on": TODAY - timedelta(days=90), "recorded_at": NOW, "recorded_by": actor.user_id,
                "grade": rng.choice((1, 2, 3, 4)) if kind is BenefitKind.DISABILITY_CERTIFICATE and state is RECEIVING else None,
            }
            for one in some for kind in KNOWN for state in rng.choices(tuple(SHARES), tuple(SHARES.values()))
        ])  # fmt: skip


def _insured(session: Session, keyring: Keyring, actor: Actor) -> str:
    """A policy for everybody, and a number of their own for each."""
    vault = Vault(session, keyring)
    table = table_of(Person)
    for some in slices(range(1, PATIENTS + 1), 5000):
        vault.warm(some)
        session.execute(
            update(table).where(table.c.id == bindparam("own")).values(id_number_sealed=bindparam("sealed")),
            [{"own": one, "sealed": vault.seal(one, "people.id_number", f"34992119800101{one % 10000:04}")} for one in some],
        )  # fmt: skip
    policy = InsurancePolicy(
        submission_key=new_public_id(), county_code=COUNTY, kind=PolicyKind.ACCIDENT, insurer="示例财产保险公司", number="PZ-1",
        holder="综治中心", from_on=date(2026, 1, 1), to_on=date(2026, 12, 31), premium_fen=36500, proration=Proration.BY_DAY,
        report_within_hours=48, settle_working_days=7, eligible_rule=EligibleRule.REGISTERED, covers_late_found=False,
        document_number="1", state=PolicyState.CONFIRMED, proposed_at=NOW, proposed_by=actor.user_id,
    )  # fmt: skip
    session.add(policy)
    session.flush()
    return policy.public_id


def _reported(house: Database, actor: Actor, policy: str, kind: str) -> list[Line]:
    """The first report of everybody: looked at, then stored."""
    with house.reading() as session:
        looked = _took(lambda: preview_changes(session, actor, get_policy(session, actor, policy), TODAY))
    with house.transaction() as session:
        stored = _took(lambda: report_changes(session, actor, policy, TODAY, TODAY, NOW))
    return [
        Line(f"enrolment of {PATIENTS:,}, preview, {kind}", f"{looked:.3f} s", "", None),
        Line(f"enrolment of {PATIENTS:,}, stored, {kind}", f"{stored:.3f} s", "", None),
    ]


def _list(session: Session, keyring: Keyring, actor: Actor, policy_id: str, kind: str) -> Line:
    policy = get_policy(session, actor, policy_id)

    def ours() -> None:
        lines = insured_lines(exported_people(session, Vault(session, keyring), actor, policy, None))
        render_insured_xlsx(insured_document(session, keyring, actor, policy, None, lines, TODAY, NOW))

    def bare() -> None:
        vault, buffer = Vault(session, keyring), BytesIO()
        book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "in_memory": True})
        sheet = book.add_worksheet()
        people = session.execute(select(Person.id, Person.id_number_sealed)).all()
        vault.warm(one for one, _sealed in people)
        for number, (one, sealed) in enumerate(people):
            cells = [
                number,
                "陈志强",
                vault.open(one, "people.id_number", sealed),
                "2026年11月21日",
                "2026年12月31日",
                3650,
                "",
            ]
            sheet.write_row(number, 0, cells)
        book.close()

    return timed(f"insurer's list of {PATIENTS:,}, {kind}", _took(ours, process_time), _took(bare, process_time), 3)


def _gaps(session: Session, actor: Actor, kind: str) -> list[Line]:
    def page(wanted: Gap, benefit: BenefitKind) -> Callable[[], object]:
        return lambda: list_gap(session, actor, benefit, frozenset({wanted}), "", TODAY)

    def fifty() -> None:
        ids = ", ".join(str(row[0]) for row in session.execute(text(PAGE)))
        session.execute(text(OF_PAGE.format(ids=ids))).all()

    return [
        _beside(f"gap counts, {kind}", lambda: count_gaps(session, actor, "", TODAY), _bare(session, GROUPED), 5),
        _beside(f"gap list, a page, {kind}", page(Gap.MISSING, BenefitKind.DRUG_SUBSIDY), fifty, 20),
        _beside(f"gap list, nobody on it, {kind}", page(Gap.WAITING, BenefitKind.SERIOUS_ILLNESS), _bare(session, *WHOLE), 8),
    ]  # fmt: skip


def _bare(session: Session, *statements: str) -> Callable[[], object]:
    return lambda: [session.execute(text(one)).all() for one in statements]


def _beside(name: str, ours: Callable[[], object], floor: Callable[[], object], most: float) -> Line:
    own, bare = [], []
    for _ in range(ROUNDS):
        own.append(_took(ours))
        bare.append(_took(floor))
    return timed(name, statistics.median(own), statistics.median(bare), most, "ms")


def _took(work: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    began = clock()
    work()
    return clock() - began
