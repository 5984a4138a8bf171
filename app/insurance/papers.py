"""The insurer's list and a claim file's cover, as they are printed. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.areas.queries import full_name, office_of
from app.audit.prints import Mark, Print, mark_of
from app.core.actor import Actor
from app.core.crypto import Keyring, digest
from app.core.money import Money
from app.core.reasons import say
from app.insurance.labels import BATCH_KINDS, CLAIM_PAPERS, CLAIM_STATES, END_REASONS, HARMS, POLICY_KINDS
from app.insurance.models import Claim, EnrolmentBatch, InsurancePolicy
from app.insurance.queries.claims import ClaimSheet, StepRow
from app.insurance.queries.exports import ExportedPerson
from reports.forms.claim_cover import ClaimCoverDocument, CoverPaper, CoverStep
from reports.forms.sheet import Imprint
from reports.insured_list import InsuredDocument, InsuredLine
from reports.wording import Provenance

NO_NUMBER = "无证件号"


def mark_words(mark: Mark) -> str:
    return f"编号 {mark.serial} 校验码 {mark.code}"


# -- the insurer's list ------------------------------------------------------------------------------------------------


def print_of_insured(policy: InsurancePolicy, lines: Sequence[InsuredLine], actor: Actor, now: datetime) -> Print:
    """The fingerprint is over what the lines say."""
    said = digest("\n".join(map(str, lines)))
    subject = ("insurance_policy", policy.public_id)
    return Print("insurance.insured_printed", subject, policy.county_code, said, actor.user_id, now)


def insured_lines(people: Sequence[ExportedPerson]) -> tuple[InsuredLine, ...]:
    return tuple(
        InsuredLine(
            one.number,
            one.guardian,
            one.masked_number or NO_NUMBER,
            one.from_on,
            max(one.last_on, one.from_on),
            one.premium.fen,
            END_REASONS[one.end_reason] if one.end_reason else "",
        )
        for one in people
    )


def insured_document(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    policy: InsurancePolicy,
    batch: EnrolmentBatch | None,
    lines: tuple[InsuredLine, ...],
    today: date,
    now: datetime,
) -> InsuredDocument:
    wanted = print_of_insured(policy, lines, actor, now)
    mark = mark_of(keyring, wanted)
    total = Money.total(Money(line.premium_fen) for line in lines)
    return InsuredDocument(
        county=full_name(session, policy.county_code),
        organisation=policy.holder,
        insurer=policy.insurer,
        policy_number=policy.number,
        kind=POLICY_KINDS[policy.kind],
        from_on=policy.from_on,
        to_on=policy.to_on,
        what="全部参保人员" if batch is None else f"第 {batch.number} 批（{BATCH_KINDS[batch.kind]}）",
        as_of=today,
        lines=lines,
        total_fen=total.fen,
        total_capital=total.capital() if total.fen >= 0 else f"退费 {(Money.zero() - total).capital()}",
        provenance=Provenance(wanted.fingerprint, actor.name, now, mark.serial, mark.code),
        prepared_by=actor.name,
    )


# -- a claim's file ----------------------------------------------------------------------------------------------------


def print_of_claim(claim: Claim, sheet: ClaimSheet, actor: Actor, now: datetime) -> Print:
    said = digest(f"{claim.number}\n{claim.state}\n{[(one.kind, one.received_on) for one in sheet.papers]}")
    return Print(
        "insurance.claim_cover_printed", ("claim", claim.public_id), claim.county_code, said, actor.user_id, now
    )


def claim_cover(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    sheet: ClaimSheet,
    people: tuple[str, str],
    now: datetime,
) -> ClaimCoverDocument:
    """`people`: the insured guardian's name and the patient's masked number."""
    claim, policy = sheet.row.claim, sheet.row.policy
    mark = mark_of(keyring, print_of_claim(claim, sheet, actor, now))
    return ClaimCoverDocument(
        imprint=Imprint(office_of(session, actor), actor.name, now, mark=mark_words(mark)),
        number=claim.number,
        insurer=policy.insurer,
        policy_number=policy.number,
        kind=POLICY_KINDS[policy.kind],
        guardian=people[0],
        masked_number=people[1] or NO_NUMBER,
        happened_at=claim.happened_at,
        reported_at=claim.reported_at,
        report_due_at=claim.happened_at + timedelta(hours=policy.report_within_hours),
        is_late=claim.is_late,
        cover=say(sheet.found[0]),
        harm=HARMS[claim.harm],
        asked_fen=claim.asked_fen,
        reference=claim.insurer_reference,
        papers=tuple(CoverPaper(CLAIM_PAPERS[one.kind], one.received_on) for one in sheet.papers),
        papers_on=claim.papers_on,
        settle_by=claim.settle_by,
        agreed_fen=claim.agreed_fen,
        paid_fen=claim.paid_fen,
        steps=tuple(_cover_step(step) for step in sheet.steps),
    )


def _cover_step(step: StepRow) -> CoverStep:
    because = say(step.because) if step.because else ""
    return CoverStep(step.event.on_day, CLAIM_STATES[step.event.state], step.by, because)
