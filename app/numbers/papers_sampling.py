"""Papers of supervision sampling: the form to check by on site, and what came of a sample. In Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.queries import full_name, names_of, office_of
from app.audit.prints import Print, mark_of
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.crypto import Keyring, digest
from app.core.db import canonical_json
from app.core.i18n import _
from app.core.rates import rate
from app.numbers.labels_sampling import HOW, ITEMS, STATES, STRATA, UNABLE, VERDICTS, size_words, subject_words
from app.numbers.models import Sample
from app.numbers.papers import provenance_of
from app.numbers.queries.sampling import Found, Unit, items_for, list_found, list_units, notes_of
from app.numbers.rules.sampling import SMALL, Item, Stratum, Tally, Verdict, find_items, tally_items
from app.numbers.sampled_facts import Sampled, read_sampled
from app.people.vault import Vault
from reports.forms.sample_check import CheckItem, CheckRecord, SampleCheckDocument
from reports.forms.sheet import Imprint
from reports.member_list import ListColumn, MemberListDocument

GONE = "（已不在本辖区）"
_COLUMNS = (
    ListColumn("机构", 0.24),
    ListColumn("抽取", 0.06, is_count=True),
    ListColumn("已核查", 0.07, is_count=True),
    ListColumn("有不符", 0.07, is_count=True),
    ListColumn("档案差错率", 0.1, is_count=True),
    ListColumn("核查项目", 0.08, is_count=True),
    ListColumn("不符项目", 0.08, is_count=True),
    ListColumn("项目差错率", 0.1, is_count=True),
    ListColumn("无法核实项目", 0.1, is_count=True),
    ListColumn("整份无法核查", 0.1, is_count=True),
)


def read_forms(
    session: Session, keyring: Keyring, actor: Actor, sample: Sample, units: Sequence[Unit], now: datetime
) -> list[tuple[SampleCheckDocument, Print]]:
    """Each institution's forms with their mark, and the print to put on record. All records are read together."""
    items, vault = items_for(actor, sample), Vault(session, keyring)
    found = list_found(session, sample, [one.unit.agency_id for one in units])
    sampled = read_sampled(session, actor, vault, [one.record for one in found], items)
    notes = notes_of(session, vault, actor, [one.record for one in found])
    county, office = names_of(session, [sample.area_code])[sample.area_code], office_of(session, actor)
    read = []
    for unit in units:
        own = [one for one in found if one.record.agency_id == unit.unit.agency_id]
        records = tuple(_record(actor, one, items, sampled[one.record.id], notes.get(one.record.id, "")) for one in own)
        wanted = _print_of_form(sample, unit, records, actor, now)
        mark = mark_of(keyring, wanted)
        imprint = Imprint(office, actor.name, now, mark=f"编号 {mark.serial} 校验码 {mark.code}")
        read.append((_form(imprint, county, sample, unit, records, len(items)), wanted))
    return read


def _print_of_form(sample: Sample, unit: Unit, records: Sequence[CheckRecord], actor: Actor, now: datetime) -> Print:
    said = digest(canonical_json([sample.number, unit.agency.public_id, [repr(one) for one in records]]))
    return Print(
        "numbers.sample_form_printed", ("sample", sample.public_id), sample.area_code, said, actor.user_id, now
    )


def _form(
    imprint: Imprint, county: str, sample: Sample, unit: Unit, records: tuple[CheckRecord, ...], items: int
) -> SampleCheckDocument:
    others = sample.item_count - items
    return SampleCheckDocument(
        imprint,
        county=county,
        number=sample.number,
        unit=unit.agency.name,
        subject=subject_words(sample),
        drawn_on=business_day(sample.drawn_at),
        records=records,
        verdicts=(_(VERDICTS[Verdict.MATCH]), _(VERDICTS[Verdict.MISMATCH]), _(VERDICTS[Verdict.UNVERIFIABLE])),
        unable=tuple(_(words) for words in UNABLE.values()),
        remark=f"另有 {others} 项打印人岗位不能查看，由县精防机构核对。" if others else "",
        proof=f"随机种子 {sample.seed}　抽样名册 {sample.frame_count} 份　SHA-256 {sample.frame_digest}",
    )


def print_of_summary(sample: Sample, units: Sequence[Unit], actor: Actor, now: datetime) -> Print:
    said = digest(canonical_json([sample.public_id, sample.state, [[one.agency.public_id, repr(one.tally)] for one in units]]))  # fmt: skip
    return Print(
        "numbers.sample_summary_printed", ("sample", sample.public_id), sample.area_code, said, actor.user_id, now
    )


def summary_document(
    session: Session, keyring: Keyring, actor: Actor, sample: Sample, now: datetime
) -> tuple[MemberListDocument, Print]:
    """Institutions in the order of places, all of them together, and item by item."""
    units = list_units(session, actor, sample)
    wanted, county = print_of_summary(sample, units, actor, now), full_name(session, sample.area_code)
    whose = units[0].agency.name if len(units) == 1 else county
    return MemberListDocument(
        title=f"{whose}督导抽查结果汇总（{sample.number}）",
        facts=f"{subject_words(sample)} · {size_words(sample)} · {STATES[sample.state]} · 名册 {sample.frame_count} 份，抽取 {sample.drawn_count} 份",
        organisation=office_of(session, actor) or county,
        columns=_COLUMNS,
        rows=tuple(_rows(session, sample, units)),
        provenance=provenance_of(wanted, mark_of(keyring, wanted), actor),
        note=_note(sample),
        prepared_by=actor.name,
    ), wanted


def _note(sample: Sample) -> str:
    apart = "3 级及以上另抽的一并计入，差错率未加权。" if sample.high else ""
    return (
        f"差错率的分母是已核查的档案和项目，无法核实的不计入。* 表示已核查不足 {SMALL} 份，仅供参考。{apart}"
        f"抽取办法 {sample.method}，随机种子 {sample.seed}，名册 SHA-256 {sample.frame_digest}，可据此重新抽取核验。"
    )


def _rows(session: Session, sample: Sample, units: Sequence[Unit]) -> Iterable[tuple[str | int, ...]]:
    for unit in units:
        yield _row(unit.agency.name, unit.tally)
    if len(units) > 1:
        yield _row("合计", sum((unit.tally for unit in units), Tally()))
    found = list_found(session, sample, [unit.unit.agency_id for unit in units])
    for item in find_items(sample.subject, sample.items):
        one = tally_items(item.code, [record.marks for record in found])
        share = rate_words(one.errors, one.items)
        yield f"项目：{_(ITEMS[item.code])}", "", "", "", "", one.items, one.errors, share, one.unverifiable, ""


def _row(name: str, one: Tally) -> tuple[str | int, ...]:
    small = "*" if one.is_small else ""
    return (
        name,
        one.drawn,
        one.checked,
        one.wrong,
        rate_words(one.wrong, one.checked) + small,
        one.items,
        one.errors,
        rate_words(one.errors, one.items) + small,
        one.unverifiable,
        one.unable,
    )


def rate_words(numerator: int, denominator: int) -> str:
    found = rate(numerator, denominator)
    return "—" if found is None else f"{found}%"


def _record(actor: Actor, found: Found, items: Sequence[Item], sampled: Sampled, note: str) -> CheckRecord:
    record, order = found.record, list(Verdict)
    entry = sampled.entry
    tells_level = sees(actor, Field.RISK_LEVEL) is Grant.FULL and record.stratum is Stratum.HIGH
    return CheckRecord(
        record.serial,
        entry.name if entry else GONE,
        entry.place if entry else "",
        tuple(
            CheckItem(
                _(ITEMS[one.code]),
                _(HOW[one.code]),
                sampled.facts.get(one.code, ""),
                order.index(found.marks[one.code]) if one.code in found.marks else None,
            )
            for one in items
        ),
        stratum=f"（{STRATA[Stratum.HIGH]}）" if tells_level else "",
        note=note,
        unable=_(UNABLE[record.unable]) if record.unable else "",
    )
