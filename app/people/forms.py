"""Fields about who somebody is, shared by the forms of patients and guardians."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.core.errors import Invalid
from app.core.fields import Answered, ChoiceField, CodeField, DayField, ListField, TextField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.identity import ID_KIND_LABELS, SEX_LABELS, IdKind, Sex
from app.core.names import LONGEST_NAME
from app.core.reasons import reason
from app.people.commands import DeclareKin, PersonDraft
from app.people.models import Person
from app.people.rules import KIN_LABELS, LONGEST_ID_NUMBER, KinRelation

SEXES = {sex: SEX_LABELS[sex] for sex in (Sex.MALE, Sex.FEMALE, Sex.NOT_STATED)}


class PersonFields:
    """Name, sex, birth date, papers and telephone; mixed into a form. Errors of `PersonDraft.checked` name these fields."""

    name = TextField(lazy_("姓名"), LONGEST_NAME, [Answered(lazy_("请填写姓名"))])
    sex = ChoiceField(lazy_("性别"), labelled({int(sex): text for sex, text in SEXES.items()}))
    born_on = DayField(lazy_("出生日期"))
    id_kind = ListField(lazy_("证件类型"), labelled(ID_KIND_LABELS))
    id_number = CodeField(lazy_("证件号码"), LONGEST_ID_NUMBER)
    phone = CodeField(lazy_("联系电话"), 24)

    def draft(self, **more: Any) -> PersonDraft:
        """What was typed about the person. Without a kind, a number is a citizen number."""
        number = self.id_number.data or None
        kind = IdKind(self.id_kind.data) if self.id_kind.data else IdKind.NONE
        return PersonDraft(
            name=self.name.data or "",
            sex=Sex(self.sex.code or 0),
            born_on=self.born_on.data,
            id_kind=IdKind.RESIDENT_CARD if number and kind is IdKind.NONE else kind,
            id_number=number,
            phone=self.phone.data or None,
            **more,
        )


def shown(person: Person) -> dict[str, str | date | None]:
    """The stored identity for prefilling; numbers are shown masked beside their fields, never in them."""
    return {
        "name": person.name,
        "sex": str(person.sex) if person.sex in SEXES else None,
        "born_on": person.born_on,
        "id_kind": person.id_kind if person.id_number_sealed else "",
    }


class KinForm(Form):
    """A relative of the member of staff who is signed in."""

    name = TextField(lazy_("姓名"), LONGEST_NAME, [Answered(lazy_("请填写姓名"))])
    id_number = CodeField(lazy_("身份证号"), LONGEST_ID_NUMBER, [Answered(lazy_("请填写身份证号"))])
    relation = ChoiceField(lazy_("与本人关系"), labelled(KIN_LABELS))

    def to_command(self) -> DeclareKin:
        """Raises `Invalid` where no relation is chosen."""
        if not self.relation.data:
            raise Invalid({"relation": [reason("core.nothing_chosen")]})
        return DeclareKin(self.name.data or "", self.id_number.data or "", KinRelation(self.relation.data))
