"""From the cells of one row to both guardians, the account and the agreement."""

from __future__ import annotations

from datetime import date

from app.core.identity import IdKind, Sex
from app.core.names import Name
from app.core.reasons import reason
from app.guardians.rules import Known, Rank, Relation, is_minor, latest_end, relation_warnings
from app.roster.rules import cells, codes, days
from app.roster.rules.cells import CellError
from app.roster.rules.columns import Field
from app.roster.rules.entry import AccountPart, AgreementPart, GuardianPart, PersonPart
from app.roster.rules.row_cells import RowCells, check_against_number, identity_in, person_of, phones_in, required_name


def first_guardian(row: RowCells, patient: PersonPart | None) -> GuardianPart | None:
    fields = (Field.FIRST_NAME, Field.FIRST_ID, Field.FIRST_RELATION, Field.FIRST_PHONE, Field.ACCOUNT)
    if not row.has(Field.FIRST_NAME) or not row.filled(*fields):
        if row.has(Field.FIRST_NAME):
            row.warn(Field.FIRST_NAME, reason("roster.first.none"))
        return None
    name = required_name(row, Field.FIRST_NAME)
    identity = identity_in(row, Field.FIRST_ID)
    if identity is None and not row.wrong(Field.FIRST_ID):
        row.error(Field.FIRST_ID, reason("roster.first.no_id"))
    check_against_number(row, identity, Field.FIRST_ID, Field.FIRST_SEX, Field.FIRST_BIRTH)
    phones = phones_in(row, Field.FIRST_PHONE)
    address = row.read_softly(Field.FIRST_ADDRESS, cells.short_text) or ""
    account = _account(row, name)
    person = person_of(name, identity, phones, address) if name and identity else None
    relation = _relation(row, Field.FIRST_RELATION, person, patient) or Relation.OTHER
    if person is None:
        return None
    _fit_to_guard(row, person, patient)
    return GuardianPart(person, Rank.FIRST, relation, account=account)


def _fit_to_guard(row: RowCells, person: PersonPart, patient: PersonPart | None) -> None:
    """Domain 5.4: adult, and not the patient."""
    if patient and person.id_number == patient.id_number:
        row.error(Field.FIRST_ID, reason("roster.first.is_the_patient"))
    elif person.born_on and is_minor(person.born_on, row.setting.today):
        row.error(Field.FIRST_ID, reason("roster.first.minor", born_on=person.born_on))


def _account(row: RowCells, holder: Name | None) -> AccountPart | None:
    kind, header = row.cell(Field.ACCOUNT_KIND), row.header(Field.ACCOUNT)
    found = row.read(Field.ACCOUNT, lambda cell: cells.account(cell, kind, header))
    bank = row.read_softly(Field.BANK, lambda cell: cells.short_text(cell, 60)) or ""
    written = row.read(Field.ACCOUNT_HOLDER, cells.name)
    if found is None:
        return None
    for why in found.warnings:
        row.warn(Field.ACCOUNT, why)
    if written and holder and written.text != holder.text:
        row.error(Field.ACCOUNT_HOLDER, reason("roster.account.holder"))
    return AccountPart(found.number, found.kind, bank, holder.text if holder else "")


def _relation(row: RowCells, field: Field, guardian: PersonPart | None, patient: PersonPart | None) -> Relation | None:
    sex = guardian.sex if guardian else None
    born = (guardian.born_on, patient.born_on) if guardian and patient else (None, None)
    is_elder = born[0] < born[1] if born[0] and born[1] else None
    try:
        relation = codes.relation(row.cell(field), sex, is_elder)
    except CellError as unreadable:
        if unreadable.why.code == "roster.relation.self":
            row.error(field, unreadable.why)
        else:
            row.warn(field, unreadable.why)
        return Relation.OTHER
    if relation is None and row.has(field):
        row.warn(field, reason("roster.relation.empty"))
    elif relation and guardian and patient:
        people = (Known(guardian.sex, guardian.born_on), Known(patient.sex, patient.born_on))
        for why in relation_warnings(relation, *people):
            row.warn(field, why)
    return relation


def second_guardian(row: RowCells, patient: PersonPart | None, first: GuardianPart | None) -> GuardianPart | None:
    """Often an officer without an ID number here: name, phone and post tell who it is."""
    if not row.has(Field.SECOND_NAME) or not row.filled(Field.SECOND_NAME, Field.SECOND_ID, Field.SECOND_PHONE):
        return None
    name = required_name(row, Field.SECOND_NAME)
    identity = identity_in(row, Field.SECOND_ID)
    phones = phones_in(row, Field.SECOND_PHONE)
    post = row.read_softly(Field.SECOND_POST, lambda cell: cells.short_text(cell, 60)) or ""
    if name is None:
        return None
    if not phones and not row.wrong(Field.SECOND_PHONE):
        row.warn(Field.SECOND_PHONE, reason("roster.second.no_phone"))
    person = (
        person_of(name, identity, phones)
        if identity
        else PersonPart(name.text, IdKind.NONE, "", Sex.UNKNOWN, None, phones)
    )
    relation = _relation(row, Field.SECOND_RELATION, person if identity else None, patient)
    if identity and patient and identity.number == patient.id_number:
        row.error(Field.SECOND_ID, reason("roster.second.is_the_patient"))
    if first and _is_same_person(person, first.person):
        row.error(Field.SECOND_NAME, reason("roster.second.is_the_first"))
    if relation in (None, Relation.OTHER) and (post or relation is None):
        relation = Relation.OFFICER
    return GuardianPart(person, Rank.SECOND, relation or Relation.OFFICER, post)


def _is_same_person(one: PersonPart, other: PersonPart) -> bool:
    if one.id_number and other.id_number:
        return one.id_number == other.id_number
    return one.name == other.name and bool(set(one.phones) & set(other.phones))


def agreement(row: RowCells, first: GuardianPart | None) -> AgreementPart | None:
    """The agreement with its first guardian, who must have been of age when it began."""
    dates = (Field.AGREEMENT_FROM, Field.AGREEMENT_TO, Field.AGREEMENT_SPAN)
    if not row.filled(Field.AGREEMENT_NUMBER, *dates):
        return None
    number = row.read(Field.AGREEMENT_NUMBER, lambda cell: cells.short_text(cell, cells.LONGEST_NUMBER))
    if not number and not row.wrong(Field.AGREEMENT_NUMBER):
        row.error(Field.AGREEMENT_NUMBER, reason("roster.agreement.no_number"))
    today, date1904 = row.setting.today, row.setting.date1904
    signed_on = row.read(Field.AGREEMENT_SIGNED, lambda cell: days.past_day(cell, today, date1904))
    span = _agreement_days(row)
    if span is None or not number:
        return None
    from_on, to_on = span
    if first is None and not row.wrong(Field.FIRST_NAME, Field.FIRST_ID):
        row.error(Field.AGREEMENT_NUMBER, reason("roster.agreement.no_guardian"))
    born_on = first.person.born_on if first else None
    if born_on and not row.wrong(Field.FIRST_ID) and is_minor(born_on, from_on):
        row.error(Field.FIRST_ID, reason("roster.first.minor", born_on=born_on))
    return AgreementPart(number, from_on, to_on, signed_on)


def _agreement_days(row: RowCells) -> tuple[date, date] | None:
    """First and last day; None after an error. Where the roster has no first day, the day of signing is one."""
    date1904, end = row.setting.date1904, Field.AGREEMENT_TO
    if row.filled(Field.AGREEMENT_SPAN):
        span, end = row.read(Field.AGREEMENT_SPAN, days.day_span), Field.AGREEMENT_SPAN
        from_on, to_on = span or (None, None)
    else:
        begin = Field.AGREEMENT_FROM if row.has(Field.AGREEMENT_FROM) else Field.AGREEMENT_SIGNED
        from_on = row.read(begin, lambda cell: days.any_day(cell, date1904))
        to_on = row.read(Field.AGREEMENT_TO, lambda cell: days.any_day(cell, date1904))
        for field, day in ((begin, from_on), (Field.AGREEMENT_TO, to_on)):
            if day is None and not row.wrong(field):
                row.error(field, reason("roster.agreement.no_day"))
    if from_on is None or to_on is None:
        return None
    if to_on < from_on:
        row.error(end, reason("roster.agreement.ends_before", from_on=from_on))
    elif to_on > latest_end(from_on):
        row.error(end, reason("roster.agreement.too_long", from_on=from_on))
    return from_on, to_on
