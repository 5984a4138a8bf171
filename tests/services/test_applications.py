"""An application goes from village to town to county, each step by another person than the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.rules import prefix_of
from app.core.actor import Actor
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.desk.commands import AcceptTransfer, ProposeTransfer
from app.desk.service.transfers import accept_transfer, propose_transfer
from app.documents.rules import DocumentKind
from app.guardians.commands import SignAgreement
from app.guardians.commands_application import Apply
from app.guardians.models import Agreement, AgreementApplication, ApplicationEvent
from app.guardians.queries import get_guarded_patient
from app.guardians.queries.applications import Which, count_applications, list_applications, show_application
from app.guardians.rules.application import REQUIRED, ApplicationState, ApplicationStep
from app.guardians.service import sign_agreement
from app.guardians.service.applications import (
    LOOKS_A_DAY,
    apply_again,
    apply_for_agreement,
    check_application,
    seek_family,
    send_back,
    sign_application,
)
from app.patients.models import Patient
from app.patients.rules import TransferReason
from app.people.models import Person
from tests.rig.county import OTHER_DOCTOR, OTHER_TOWN, OTHER_VILLAGE, County
from tests.rig.register import NOW, TODAY, first_guardian, person, registered

ALL = tuple(REQUIRED)
KEY = "k" * 22
YEAR = SignAgreement(TODAY, date(2027, 11, 20), signed_on=TODAY)


def _apply(papers: tuple[DocumentKind, ...] = ALL, key: str = KEY) -> Apply:
    return Apply(key, TODAY, TODAY, papers)


def _family(session: Session, county: County) -> Patient:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    first_guardian(session, doctor, patient)
    return patient


def _applied(session: Session, county: County, by: str = "clerk", papers: tuple[DocumentKind, ...] = ALL) -> str:
    actor = county.actor(by)
    return apply_for_agreement(session, actor, _family(session, county), _apply(papers), TODAY, NOW).public_id


def _check(
    session: Session, actor: Actor, public_id: str, papers: tuple[DocumentKind, ...] = ()
) -> AgreementApplication:
    return check_application(session, actor, public_id, papers, True, TODAY, NOW)


def _another(actor: Actor, person_id: int) -> Actor:
    return replace(actor, person_id=person_id)


def _one(session: Session) -> AgreementApplication:
    return session.scalars(select(AgreementApplication)).one()


def test_an_application_goes_from_the_village_over_the_town_to_a_signed_agreement(
    session: Session, county: County
) -> None:
    public_id = _applied(session, county)
    village, town, clerk = county.actor("village_worker"), county.actor("town"), county.actor("clerk")
    found = _one(session)
    assert (found.state, found.due_on) == (
        ApplicationState.APPLIED,
        date(2026, 11, 27),
    )  # five working days after a Saturday
    assert _check(session, village, public_id).state is ApplicationState.FIRST_CHECKED
    assert _check(session, town, public_id).state is ApplicationState.SECOND_CHECKED
    patient = session.get_one(Patient, found.patient_id)
    agreement = sign_application(session, clerk, patient, public_id, YEAR, NOW)
    assert (found.state, found.agreement_id, found.due_on) == (ApplicationState.SIGNED, agreement.id, None)
    steps = [(one.step, one.by) for one in show_application(session, clerk, public_id, TODAY).steps]
    assert steps == [
        (ApplicationStep.APPLY, "clerk"),
        (ApplicationStep.FIRST_CHECK, "village_worker"),
        (ApplicationStep.SECOND_CHECK, "town"),
        (ApplicationStep.SIGN, "clerk"),
    ]


def test_nobody_takes_two_neighbouring_steps_whichever_of_their_accounts_they_use(
    session: Session, county: County
) -> None:
    patient = _family(session, county)
    somebody = session.scalars(select(Person.id).where(Person.name == "单晓明")).one()
    village, town = _another(county.actor("village_worker"), somebody), _another(county.actor("town"), somebody)
    public_id = apply_for_agreement(session, village, patient, _apply(), TODAY, NOW).public_id
    for actor in (village, town):
        with pytest.raises(Conflict) as refused:
            _check(session, actor, public_id)
        assert refused.value.reason.code == "guardians.application.same_hand"
    _check(session, county.actor("town"), public_id)
    with pytest.raises(Conflict):
        _check(session, county.actor("town"), public_id)
    _check(session, county.actor("clerk"), public_id)
    with pytest.raises(Conflict):
        sign_application(session, county.actor("clerk"), patient, public_id, YEAR, NOW)
    assert sign_application(session, county.actor("town"), patient, public_id, YEAR, NOW)


def test_the_database_refuses_two_neighbouring_steps_of_one_hand_too(session: Session, county: County) -> None:
    _applied(session, county)
    found, first = _one(session), session.scalars(select(ApplicationEvent)).one()
    session.add(
        ApplicationEvent(
            application_id=found.id, step=ApplicationStep.FIRST_CHECK, by=first.by, hand=first.hand, at=NOW
        )
    )
    with pytest.raises(IntegrityError, match="guard_application_events_hands"):
        session.flush()


def test_a_guardian_of_either_rank_acts_on_no_step_and_the_gap_climbs_to_the_town(
    session: Session, county: County
) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    guardian = first_guardian(session, doctor, patient)
    own = _another(county.actor("village_worker"), guardian.person_id)
    with pytest.raises(Forbidden):
        apply_for_agreement(session, own, patient, _apply(), TODAY, NOW)
    public_id = apply_for_agreement(session, county.actor("clerk"), patient, _apply(), TODAY, NOW).public_id
    with pytest.raises(Forbidden) as refused:
        _check(session, own, public_id)
    assert refused.value.reason.code == "guardians.application.own"
    with pytest.raises(Forbidden):
        send_back(session, own, public_id, ApplicationStep.REFUSE, "guardians.application.not_guardian", NOW)
    assert _check(session, county.actor("town"), public_id).state is ApplicationState.FIRST_CHECKED


def test_the_second_check_asks_for_every_required_paper_and_the_first_for_a_plain_yes(
    session: Session, county: County
) -> None:
    public_id = _applied(session, county, papers=(DocumentKind.APPLICATION,))
    with pytest.raises(Invalid):
        check_application(session, county.actor("village_worker"), public_id, (), False, TODAY, NOW)
    _check(session, county.actor("village_worker"), public_id)
    with pytest.raises(Invalid) as refused:
        _check(session, county.actor("town"), public_id)
    (lacking,) = refused.value.errors["papers"]
    assert lacking.code == "guardians.application.lacking"
    assert _check(session, county.actor("town"), public_id, ALL).state is ApplicationState.SECOND_CHECKED


def test_what_is_returned_for_papers_comes_again_and_its_days_begin_anew(session: Session, county: County) -> None:
    public_id = _applied(session, county, papers=())
    village = county.actor("village_worker")
    with pytest.raises(Invalid):
        send_back(session, village, public_id, ApplicationStep.RETURN, "guardians.application.not_guardian", NOW)
    send_back(session, village, public_id, ApplicationStep.RETURN, "guardians.application.lacks_papers", NOW)
    assert (_one(session).state, _one(session).due_on) == (ApplicationState.RETURNED, None)
    apply_again(session, village, public_id, ALL, date(2026, 11, 23), NOW)
    assert (_one(session).state, _one(session).due_on) == (ApplicationState.APPLIED, date(2026, 11, 30))


def test_what_is_refused_or_withdrawn_is_done_and_a_new_one_may_follow(session: Session, county: County) -> None:
    public_id = _applied(session, county)
    send_back(
        session, county.actor("clerk"), public_id, ApplicationStep.WITHDRAW, "guardians.application.family_wish", NOW
    )
    with pytest.raises(Conflict):
        _check(session, county.actor("village_worker"), public_id)
    patient = session.scalars(select(Patient)).one()
    again = apply_for_agreement(session, county.actor("clerk"), patient, _apply(key="l" * 22), TODAY, NOW)
    send_back(
        session, county.actor("village_worker"), again.public_id, ApplicationStep.REFUSE,
        "guardians.application.not_guardian", NOW,
    )  # fmt: skip
    assert again.state is ApplicationState.REFUSED


def test_a_form_that_arrives_twice_is_one_application_and_another_form_is_told_so(
    session: Session, county: County
) -> None:
    clerk, patient = county.actor("clerk"), _family(session, county)
    first = apply_for_agreement(session, clerk, patient, _apply(), TODAY, NOW)
    assert apply_for_agreement(session, clerk, patient, _apply(), TODAY, NOW) is first
    with pytest.raises(Conflict):
        apply_for_agreement(session, clerk, patient, _apply(key="l" * 22), TODAY, NOW)


def test_nobody_signs_past_an_application_that_is_under_way(session: Session, county: County) -> None:
    _applied(session, county)
    patient = session.scalars(select(Patient)).one()
    with pytest.raises(Conflict) as refused:
        sign_agreement(session, county.actor("town"), patient, YEAR, NOW)
    assert refused.value.reason.code == "guardians.application.under_way"


def test_a_town_signs_without_an_application_as_before(session: Session, county: County) -> None:
    patient = _family(session, county)
    assert sign_agreement(session, county.actor("town"), patient, YEAR, NOW)
    assert session.scalars(select(Agreement)).one()


def test_a_village_signs_nothing_without_an_application(session: Session, county: County) -> None:
    patient = _family(session, county)
    with pytest.raises(Forbidden) as refused:
        sign_agreement(session, county.actor("village_worker"), patient, YEAR, NOW)
    assert refused.value.reason is not None and refused.value.reason.code == "guardians.agreement.by_application"


def test_who_withdrew_an_application_does_not_sign_past_it_alone(session: Session, county: County) -> None:
    public_id = _applied(session, county)
    patient, clerk, town = session.scalars(select(Patient)).one(), county.actor("clerk"), county.actor("town")
    send_back(session, clerk, public_id, ApplicationStep.WITHDRAW, "guardians.application.family_wish", NOW)
    other_account = replace(town, person_id=patient.person_id)
    for hand in (clerk, replace(clerk, person_id=patient.person_id)):
        with pytest.raises(Conflict) as refused:
            sign_agreement(session, hand, patient, YEAR, NOW + timedelta(days=30))
        assert refused.value.reason.code == "guardians.agreement.withdrew"
    later = sign_agreement(session, other_account, patient, YEAR, NOW)
    assert later.recorded_by == town.user_id


def test_after_a_month_whoever_withdrew_may_sign_again(session: Session, county: County) -> None:
    public_id = _applied(session, county)
    patient, clerk = session.scalars(select(Patient)).one(), county.actor("clerk")
    send_back(session, clerk, public_id, ApplicationStep.WITHDRAW, "guardians.application.family_wish", NOW)
    assert sign_agreement(session, clerk, patient, YEAR, NOW + timedelta(days=31))


def test_an_application_whose_guardian_was_replaced_goes_no_further(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    public_id = _applied(session, county)
    patient = session.scalars(select(Patient)).one()
    son = person("单强", 9, born_on=date(2001, 3, 3))
    first_guardian(session, doctor, patient, person=son, from_on=TODAY, replaces=True)
    with pytest.raises(Conflict) as refused:
        _check(session, county.actor("village_worker"), public_id)
    assert refused.value.reason.code == "guardians.application.changed"


def test_each_role_sees_what_waits_for_it_and_names_only_then(session: Session, county: County) -> None:
    village, town, clerk = county.actor("village_worker"), county.actor("town"), county.actor("clerk")
    public_id = _applied(session, county)
    (row,) = list_applications(session, village, Which.MINE, TODAY).rows
    assert (row.guardian, row.name) == ("赵桂兰", "单晓明")
    assert list_applications(session, town, Which.MINE, TODAY).rows == []
    _check(session, village, public_id)
    assert list_applications(session, village, Which.MINE, TODAY).rows == []
    (row,) = list_applications(session, village, Which.OPEN, TODAY).rows
    assert (row.guardian, row.name) == (None, None)
    (row,) = list_applications(session, town, Which.MINE, TODAY).rows
    assert (row.guardian, row.name) == ("赵桂兰", "单晓明")
    (row,) = list_applications(session, clerk, Which.OPEN, TODAY).rows
    assert (row.guardian, row.name) == ("赵桂兰", "单*明")
    later = date(2026, 12, 1)
    assert [count_applications(session, one, later).late for one in (village, town, clerk)] == [1, 1, 1]


def test_a_village_finds_a_family_only_by_both_names_and_only_so_often(session: Session, county: County) -> None:
    village, patient = county.actor("village_worker"), _family(session, county)
    assert seek_family(session, village, "赵桂兰", "单晓明", TODAY, NOW) == patient
    with pytest.raises(Invalid):
        seek_family(session, village, "赵桂兰", "别人", TODAY, NOW)
    for _ in range(LOOKS_A_DAY - 2):
        with pytest.raises(Invalid):
            seek_family(session, village, "别人", "别人", TODAY, NOW)
    with pytest.raises(Conflict):
        seek_family(session, village, "赵桂兰", "单晓明", TODAY, NOW)


def test_an_application_lets_the_office_that_it_waits_for_see_the_family(session: Session, county: County) -> None:
    village = county.actor("village_worker")
    patient = _family(session, county)
    with pytest.raises(NotFound):
        get_guarded_patient(session, village, patient.public_id)
    public_id = apply_for_agreement(session, county.actor("clerk"), patient, _apply(), TODAY, NOW).public_id
    assert get_guarded_patient(session, village, patient.public_id) == patient
    _check(session, village, public_id)
    with pytest.raises(NotFound):
        get_guarded_patient(session, village, patient.public_id)


def test_an_application_goes_along_with_a_family_that_moves_within_the_county(session: Session, county: County) -> None:
    public_id = _applied(session, county)
    patient = session.scalars(select(Patient)).one()
    wanted = ProposeTransfer(patient.public_id, "move", OTHER_VILLAGE, TransferReason.MOVED_HOUSE)
    transfer = propose_transfer(session, county.actor("doctor"), wanted, TODAY, NOW)
    receiver = county.actor(OTHER_DOCTOR)
    accept_transfer(session, receiver, transfer.public_id, AcceptTransfer(TODAY, receiver.user_id), TODAY, NOW)
    session.expire_all()
    old, new = county.actor("town"), replace(county.actor("town"), area_prefix=prefix_of(OTHER_TOWN))
    assert (count_applications(session, old, TODAY).open, count_applications(session, new, TODAY).open) == (0, 1)
    assert [row.public_id for row in list_applications(session, new, Which.OPEN, TODAY).rows] == [public_id]
    with pytest.raises(NotFound):
        _check(session, old, public_id)
    with pytest.raises(Conflict) as refused:
        sign_agreement(session, new, patient, YEAR, NOW)
    assert refused.value.reason.code == "guardians.application.under_way"
    village = replace(county.actor("village_worker"), area_prefix=prefix_of(OTHER_VILLAGE))
    assert get_guarded_patient(session, village, patient.public_id) == patient
    assert _check(session, village, public_id).state is ApplicationState.FIRST_CHECKED
