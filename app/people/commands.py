"""What is said about a person when they are stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from app.core.bank_account import AccountKind
from app.core.errors import Invalid
from app.core.identity import IdKind, Sex, normalise_id_number
from app.core.names import normalise_name
from app.core.phones import check_phone
from app.core.reasons import Reason
from app.people.rules import KinRelation, check_identity, check_phone_number


@dataclass(frozen=True)
class AccountDraft:
    """A bank account in the payee's own name, holding from a day. An empty holder means the payee."""

    kind: AccountKind
    number: str
    from_on: date
    bank_name: str = ""
    holder_name: str = ""
    is_opening: bool = False


@dataclass(frozen=True)
class PersonDraft:
    """Identity as somebody wrote it. Services store it in normal form; `checked` says what speaks against it."""

    name: str
    sex: Sex = Sex.UNKNOWN
    born_on: date | None = None
    id_kind: IdKind = IdKind.NONE
    id_number: str | None = None
    phone: str | None = None
    post: str | None = None
    account: AccountDraft | None = None

    def normalised(self) -> PersonDraft:
        """One spelling of name and numbers; raises nothing."""
        return replace(
            self,
            name=normalise_name(self.name),
            id_number=normalise_id_number(self.id_number) if self.id_number else None,
            phone=check_phone(self.phone).number or None if self.phone else None,
        )

    def checked(self, today: date) -> tuple[PersonDraft, tuple[Reason, ...]]:
        """The draft in normal form, sex and birth date completed from the number, and warnings; raises `Invalid` by field."""
        errors, warnings, number = check_identity(
            name=self.name,
            sex=self.sex,
            born_on=self.born_on,
            id_kind=self.id_kind,
            id_number=self.id_number,
            today=today,
        )
        phone_errors = check_phone_number(self.phone)
        if phone_errors:
            errors = {**errors, "phone": phone_errors}
        if errors:
            raise Invalid(errors)
        draft = self.normalised()
        if number is not None:
            draft = replace(draft, sex=number.sex or draft.sex, born_on=number.born_on)
        return draft, warnings


@dataclass(frozen=True)
class DeclareKin:
    """A relative by name and citizen number."""

    name: str
    id_number: str
    relation: KinRelation
