"""Both guardians of many patients, with accounts and agreements. A guardian of several patients is one person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.orm import Session

from app.guardians.commands import AddGuardian, SignAgreement
from app.guardians.models import Agreement
from app.guardians.rules import LegalBasis, Rank, Relation
from app.guardians.service import add_guardians, sign_agreements
from app.patients.models import Patient
from app.people.commands import AccountDraft, PersonDraft
from app.people.models import Person
from app.people.service import create_people, set_account, set_phone
from app.people.vault import Vault
from app.roster.queries import Register, officer_keys
from app.roster.rules.entry import GuardianPart, PersonPart, RosterRow
from app.roster.service.hand import Hand

_NOT_KIN = (Relation.OTHER, Relation.OFFICER)

_Who = tuple[str, ...]


@dataclass
class Guarded:
    """A patient with the guardians and the agreement of a row that shall be stored, and the agreement once it is."""

    patient: Patient
    row: RosterRow
    ranks: tuple[Rank, ...] = (Rank.FIRST, Rank.SECOND)
    has_agreement: bool = True
    agreement: Agreement | None = field(default=None, init=False)

    @property
    def parts(self) -> Iterator[GuardianPart]:
        for part in (self.row.first, self.row.second):
            if part is not None and part.rank in self.ranks:
                yield part

    def since(self, today: date) -> date:
        """Since when the roster shows the guardians: the agreement's first day, else the day of the import."""
        agreed = self.row.agreement.from_on if self.row.agreement else today
        return min(agreed, today)


def store_guardians(session: Session, vault: Vault, hand: Hand, register: Register, guarded: Sequence[Guarded]) -> None:
    """People first (known ones are found again), then guardianships, then agreements."""
    people = _people(session, vault, hand, register, guarded)
    pairs = [
        (one.patient, _command(part, people[_who(one, part)].id, one.since(hand.today)))
        for one in guarded
        for part in one.parts
    ]
    add_guardians(session, vault, hand.actor, pairs, hand.now)
    signing = [one for one in guarded if one.has_agreement and one.row.agreement]
    signed = sign_agreements(session, hand.actor, [(one.patient, _signed(one)) for one in signing], hand.now)
    for one, agreement in zip(signing, signed, strict=True):
        one.agreement = agreement


def _signed(one: Guarded) -> SignAgreement:
    agreed = one.row.agreement
    if agreed is None:
        raise ValueError("only rows with an agreement sign one")
    return SignAgreement(agreed.from_on, agreed.to_on, agreed.number, agreed.signed_on)


def _command(part: GuardianPart, person_id: int, since: date) -> AddGuardian:
    if part.rank is Rank.SECOND:
        basis = LegalBasis.POST if part.post or part.relation is Relation.OFFICER else LegalBasis.CARER
    else:
        basis = LegalBasis.CARER if part.relation in _NOT_KIN else LegalBasis.STATUTORY
    return AddGuardian(part.rank, part.relation, since, person_id=person_id, legal_basis=basis, post=part.post or None)


def _who(one: Guarded, part: GuardianPart) -> _Who:
    """What makes two guardians of the roster the same person: the number; else name, telephone and post; else the village too."""
    if part.person.id_number:
        return (part.person.id_number,)
    keys = officer_keys(part)
    return keys[0] if keys else (part.person.name, "", part.post, one.patient.area_code)


def _people(
    session: Session, vault: Vault, hand: Hand, register: Register, guarded: Sequence[Guarded]
) -> dict[_Who, Person]:
    people: dict[_Who, Person] = {}
    drafts: dict[_Who, PersonDraft] = {}
    for one in guarded:
        for part in one.parts:
            who, known = _who(one, part), register.people.get(register.guardian_id(part) or 0)
            if known is None:
                drafts[who] = _merged(drafts.get(who), _draft(part, one.since(hand.today)))
            elif who not in people:
                people[who] = known
                _complete(session, vault, hand, register, known, _draft(part, one.since(hand.today)))
    created = create_people(session, vault, list(drafts.values()), hand.now)
    return people | dict(zip(drafts, created, strict=True))


def draft_of(part: PersonPart, post: str | None = None) -> PersonDraft:
    return PersonDraft(
        name=part.name,
        sex=part.sex,
        born_on=part.born_on,
        id_kind=part.id_kind,
        id_number=part.id_number or None,
        phone=part.phones[0] if part.phones else None,
        post=post,
    )


def _draft(part: GuardianPart, since: date) -> PersonDraft:
    found = part.account
    account = (
        AccountDraft(found.kind, found.number, since, found.bank, found.holder, is_opening=True) if found else None
    )
    return replace(draft_of(part.person, part.post or None), account=account)


def _merged(first: PersonDraft | None, second: PersonDraft) -> PersonDraft:
    """What several lines say of one guardian: the first that says it."""
    if first is None:
        return second
    return replace(first, phone=first.phone or second.phone, account=first.account or second.account)


def _complete(
    session: Session, vault: Vault, hand: Hand, register: Register, person: Person, draft: PersonDraft
) -> None:
    """A person who is stored already only gets what is missing."""
    if draft.phone and person.id not in register.with_phone:
        set_phone(session, vault, person, draft.phone)
        register.with_phone.add(person.id)
    if draft.account and person.id not in register.accounts:
        register.accounts[person.id] = set_account(session, vault, person, draft.account, hand.actor, hand.now)
