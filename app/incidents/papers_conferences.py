"""Minutes of a conference as paper: who came, each point with why and what was said, decisions with owner and day."""

from __future__ import annotations

from datetime import datetime

from app.core.actor import Actor
from app.core.reasons import say
from app.incidents.labels_conferences import ANSWERS, DECISION_KINDS, DECISION_STATES, RESULTS, SOURCES
from app.incidents.queries.conferences import ConferenceSheet, ItemRow, because_for
from app.incidents.rules.conferences import ConferenceState
from reports.forms.conference_minutes import ConferenceMinutesDocument, Decided, Party, Point, render_conference_minutes
from reports.forms.sheet import Imprint


def minutes_pdf(sheet: ConferenceSheet, place: str, organisation: str, actor: Actor, now: datetime, mark: str) -> bytes:
    conference = sheet.conference
    return render_conference_minutes(
        ConferenceMinutesDocument(
            Imprint(organisation, actor.name, now),
            place=place,
            number=conference.number,
            meets_at=conference.meets_at,
            room=conference.place,
            chair=conference.chair,
            parties=tuple(
                Party(
                    one.agency,
                    one.invitee.attendee,
                    ANSWERS[one.invitee.answer] if one.invitee.answer else "",
                    one.invitee.was_present,
                )
                for one in sheet.invitees
            ),
            points=tuple(_point(one) for one in sheet.items),
            mark=mark,
            is_agenda=conference.state is ConferenceState.PLANNED,
        )
    )


def _point(row: ItemRow) -> Point:
    # the paper goes round the table: an alert says no more there than that it is one
    because = [SOURCES[row.item.source], *(say(why) for why in because_for(None, row.item))]
    return Point(
        name=row.name,
        village=row.village,
        because="；".join(because),
        result=RESULTS[row.item.result] if row.item.result else "",
        words=row.words or "",
        decisions=tuple(
            Decided(
                DECISION_KINDS[one.decision.kind], one.agency, one.decision.due_on, DECISION_STATES[one.decision.state]
            )
            for one in row.decisions
        ),
    )
