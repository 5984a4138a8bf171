"""村基础信息一张表 of a village or of all villages of a town. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.areas.queries import office_of, written_name
from app.audit.prints import Print, mark_of
from app.core.actor import Actor, Role
from app.core.crypto import Keyring, digest
from app.core.db import canonical_json
from app.guardians.labels import RELATION_LABELS
from app.numbers.papers import provenance_of
from app.numbers.queries.places import place_name
from app.numbers.queries.villages import Guarding, Resident, Village, read_villages
from app.numbers.rules.places import rest_of
from reports.village_table import VillagePerson, VillageSheet, VillageTablesDocument
from reports.wording import chinese_period


class ReadVillages(NamedTuple):
    wanted: Print
    document: VillageTablesDocument


def village_tables(
    session: Session, keyring: Keyring, actor: Actor, place: str, today: date, now: datetime
) -> ReadVillages:
    """What is drawn, and as which print it goes on record."""
    villages = read_villages(session, actor, place, today)
    sheets = tuple(_sheet(session, one, is_rest=one.code == place and len(villages) > 1) for one in villages)
    said = digest(canonical_json([today.isoformat(), [asdict(sheet) for sheet in sheets]]))
    wanted = Print("numbers.village_table_printed", ("area", place), place, said, actor.user_id, now)
    name = written_name(session, place)
    return ReadVillages(
        wanted,
        VillageTablesDocument(
            name,
            office_of(session, actor) or name,
            today,
            sheets,
            provenance_of(wanted, mark_of(keyring, wanted), actor),
            actor.name,
        ),
    )


def _sheet(session: Session, village: Village, *, is_rest: bool) -> VillageSheet:
    """`is_rest`: of a town that has villages, who is in none of them."""
    committees, clinics = (village.agencies[kind] for kind in (AgencyKind.VILLAGE_COMMITTEE, AgencyKind.VILLAGE_CLINIC))
    facts = (
        ("乡镇卫生院", _agencies([village.health_centre] if village.health_centre else [])),
        ("村卫生室·村医", "；".join(filter(None, (_agencies(clinics), "、".join(village.staff[Role.VILLAGE_DOCTOR]))))),
        (
            "村（居）委会",
            "；".join(filter(None, (_agencies(committees), "、".join(village.staff[Role.VILLAGE_WORKER])))),
        ),
        ("关爱帮扶小组", _group(village)),
        ("常住人口", "未录入" if village.residents is None else f"{village.residents} 人"),
        ("在册人数", _registered(village)),
    )
    name = place_name(session, rest_of(village.code)) if is_rest else written_name(session, village.code)
    return VillageSheet(name, facts, tuple(_person(one) for one in village.people))


def _agencies(agencies: Sequence[Agency]) -> str:
    return "；".join(f"{one.name} {one.phone}" if one.phone else one.name for one in agencies)


def _group(village: Village) -> str:
    if village.group is None:
        return "尚未建立"
    return "、".join(f"{name}（{post}）" if post else name for name, post in village.group) or "尚无成员"


def _registered(village: Village) -> str:
    people = village.people
    guarded, agreed = sum(one.first is not None for one in people), sum(one.agreement is not None for one in people)
    return f"{len(people)} 人，其中落实第一监护人 {guarded} 人，监护协议有效 {agreed} 人"


def _person(one: Resident) -> VillagePerson:
    number, span = ("", "")
    if one.agreement is not None:
        number, span = one.agreement[0], chinese_period(one.agreement[1], one.agreement[2])
    return VillagePerson(
        one.record_number or "", one.name, _guardian(one.first), _guardian(one.second), one.doctor or "", number, span
    )


def _guardian(one: Guarding | None) -> str:
    """Name and relation; of a second guardian by post, the post."""
    return "" if one is None else f"{one.name}（{one.post or RELATION_LABELS[one.relation]}）"
