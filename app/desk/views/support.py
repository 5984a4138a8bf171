"""What pages say of the people around patients: on the patient's page team, plan, referrals and help for who depends on the
patient; on homes what waits of joint groups and civil affairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.desk.queries.dependants import Waiting, Word, count_dependants, list_told
from app.desk.views.paper_home import PapersHome, papers_home
from app.patients.models import CareTeamMember, Patient
from app.patients.queries.groups import OwedMeeting, list_owed_meetings
from app.patients.queries.plans import Progress, find_progress
from app.patients.queries.team import list_team
from app.patients.rules import RegistryStatus
from app.visits.queries_referrals import Referral, list_referrals

SHOWN = 2


@dataclass(frozen=True, slots=True)
class Support:
    team: Sequence[CareTeamMember]
    plan: Progress | None
    referrals: Sequence[Referral]
    told: Sequence[Word]
    is_registered: bool


def support_of(session: Session, actor: Actor, patient: Patient, today: date) -> Support | None:
    """None for roles that keep no team."""
    if not may(actor, Action.KEEP_TEAMS):
        return None
    return Support(
        list_team(session, actor, patient),
        find_progress(session, actor, patient, today),
        list_referrals(session, actor, patient, today)[:SHOWN],
        list_told(session, actor, patient, today)[:SHOWN],
        patient.registry_status is RegistryStatus.REGISTERED,
    )


@dataclass(frozen=True, slots=True)
class SupportHome:
    """`dependants` is None for roles that are not asked."""

    meetings: Sequence[OwedMeeting]
    dependants: Waiting | None
    # None for roles that keep no agreements
    papers: PapersHome | None


def support_home(session: Session, actor: Actor, today: date) -> SupportHome:
    asked = may(actor, Action.ANSWER_DEPENDANTS)
    return SupportHome(
        list_owed_meetings(session, actor, today),
        count_dependants(session, actor, today) if asked else None,
        papers_home(session, actor, today),
    )
