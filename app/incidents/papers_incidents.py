"""案（事）件记录 as paper, from the record as the page shows it."""

from __future__ import annotations

from datetime import datetime

from app.core.actor import Actor
from app.core.money import Money
from app.core.reasons import say
from app.incidents.labels_incidents import (
    HARMS,
    INSURANCES,
    KINDS,
    MATTERS,
    OUTCOMES,
    REPORTERS,
    STATES,
    VICTIMS,
    WHEREABOUTS,
)
from app.incidents.queries.deciding import Effect, Effects
from app.incidents.queries.incidents import IncidentSheet
from reports.forms.incident_record import Finding, HarmedPerson, IncidentRecordDocument, render_incident_record
from reports.forms.sheet import Imprint


def incident_pdf(
    sheet: IncidentSheet, effects: Effects, organisation: str, actor: Actor, now: datetime, mark: str
) -> bytes:
    """Undecided matters are printed with an empty outcome, to be filled in by hand."""
    record = sheet.incident
    return render_incident_record(
        IncidentRecordDocument(
            Imprint(organisation, actor.name, now),
            name=sheet.name,
            serial=record.public_id[:8].upper(),
            village=sheet.village,
            kind=list(KINDS).index(record.kind) + 1,
            happened_at=record.happened_at,
            place=sheet.texts["place"] or "",
            what=sheet.texts["what"] or "",
            trigger=sheet.texts["trigger"] or "",
            reporter=" ".join(part for part in (REPORTERS[record.reporter], sheet.agency) if part),
            reported_at=record.reported_at,
            managed=_yes_no(record.was_managed),
            managed_since=record.managed_since,
            whereabouts=WHEREABOUTS[record.whereabouts] if record.whereabouts else "",
            loss=_yuan(record.loss_fen),
            insurance=INSURANCES[record.insurance] if record.insurance else "",
            police_case=sheet.texts["police_case"] or "",
            sought_help=_yes_no(record.has_sought_help),
            state=STATES[record.state],
            harms=tuple(
                HarmedPerson(
                    VICTIMS[one.victim], HARMS[one.harm], one.name or "", one.phone or "", _yuan(one.medical_fen)
                )
                for one in sheet.harms
            ),
            findings=tuple(_finding(one) for one in effects.effects),
            mark=mark,
        )
    )


def _finding(effect: Effect) -> Finding:
    decided = effect.decided
    if decided is None:
        return Finding(MATTERS[effect.matter])
    because = "；".join([*(say(why) for why in decided.because), *([decided.words] if decided.words else [])])
    by = "、".join([decided.by, *decided.members])
    return Finding(MATTERS[effect.matter], OUTCOMES[effect.matter, decided.outcome], because, by, decided.decided_on)


def _yes_no(value: bool | None) -> int | None:
    return None if value is None else 1 if value else 2


def _yuan(fen: int | None) -> str:
    return "" if fen is None else Money(fen).grouped
