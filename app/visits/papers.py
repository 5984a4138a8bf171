"""随访服务记录表 from the record, a visit a page. In Chinese."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from app.core.actor import Actor
from app.patients.models import Patient
from app.people.models import Person
from app.people.vault import Vault
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.queries_papers import PrintedVisit
from app.visits.readers import SEALED
from app.visits.rules.form import BEHAVIOUR_COUNTS, FIELDS
from app.visits.rules.record import Medicine, VisitRecord
from reports.forms import visit_record as form
from reports.forms.codes import NO_BEHAVIOUR, Behaviour
from reports.forms.sheet import Imprint

NOT_SHOWN = "（略）"  # a text that the role does not read: the paper says that there is one
_NO_SYMPTOM, _OTHER = 13, 12


def visits_pdf(
    patient: Patient,
    person: Person,
    visits: Sequence[PrintedVisit],
    vault: Vault | None,
    organisation: str,
    actor: Actor,
    now: datetime,
) -> bytes:
    """Without a vault the free texts stay closed. Empty `visits` draw the empty form."""
    return form.render_visit_records(
        form.VisitRecordsDocument(
            name=person.name,
            record_number=patient.record_number or "",
            visits=tuple(_printed(one, vault, person.id) for one in visits),
            imprint=Imprint(organisation, actor.name, now),
        )
    )


def _printed(printed: PrintedVisit, vault: Vault | None, person_id: int) -> form.VisitRecord:
    visit = printed.form.visit
    record = printed.form.record(vault, person_id)
    texts = {name: _text(record, visit, name, is_read=vault is not None) for name in SEALED}
    symptoms, said = symptoms_in(record.symptoms, texts["symptoms_other"])
    return form.VisitRecord(
        visited_on=record.visited_on,
        form=record.form,
        objects=codes_in("objects", record.objects),
        lost_reason=record.lost_reason,
        died_on=record.died_on,
        death_cause=record.death_cause,
        death_physical_cause=record.death_physical_cause,
        risk_level=record.risk_level,
        symptoms=symptoms,
        symptoms_other=said,
        insight=record.insight,
        sleep=record.sleep,
        diet=record.diet,
        self_care=record.sf_self_care,
        housework=record.sf_housework,
        work=record.sf_work,
        learning=record.sf_learning,
        social=record.sf_social,
        behaviours=behaviours_in((record,)),
        locked_up=record.locked_up,
        hospitalisation=record.hospitalisation,
        last_discharge_on=record.last_discharge_on,
        lab_test=record.lab_test,
        lab_text=texts["lab_text"],
        adherence=record.adherence,
        adverse_reaction=record.adverse_reaction,
        adverse_text=texts["adverse_text"],
        treatment_effect=record.treatment_effect,
        referral=record.referral,
        referral_reason=texts["referral_reason"],
        referral_to=" ".join(filter(None, (record.referral_org, record.referral_dept))),
        drugs=tuple(_drug(line) for line in record.medicines),
        guidance=tuple(_drug(line) for line in record.guidance),
        rehab_measures=codes_in("rehab_measures", record.rehab_measures),
        rehab_other=texts["rehab_other"],
        visit_class=record.visit_class,
        next_visit_on=record.next_due_on,
        doctor=printed.doctor,
        remark=_remark(visit),
        is_void=visit.withdrawn_at is not None,
    )


def codes_in(name: str, flags: int | None) -> tuple[int, ...]:
    """The printed codes of a multi-choice, rising."""
    return tuple(option.code for option in FIELDS[name].options if (flags or 0) & option.flag)


def _text(record: VisitRecord, visit: FollowUpVisit, name: str, *, is_read: bool) -> str:
    if is_read:
        return str(getattr(record, name))
    return NOT_SHOWN if getattr(visit, SEALED[name]) is not None else ""


def symptoms_in(flags: int | None, other: str) -> tuple[tuple[int, ...], str]:
    """Codes and the words after 其他; no symptom has no code of its own: it is printed as 其他 无 (domain 3.1)."""
    codes = codes_in("symptoms", flags)
    return ((_OTHER,), "无") if _NO_SYMPTOM in codes else (codes, other)


def behaviours_in(visits: Iterable[VisitRecord | FollowUpVisit]) -> tuple[Behaviour, ...]:
    """What was seen at these visits with how often; none (7) where each says so."""
    times: Counter[int] = Counter()
    seen: set[int] = set()
    for visit in visits:
        seen |= set(codes_in("behaviours", visit.behaviours))
        times.update({flag.bit_length(): getattr(visit, name) for flag, name in BEHAVIOUR_COUNTS.items()})
    seen = seen - {NO_BEHAVIOUR} or seen
    return tuple(Behaviour(code, times.get(code)) for code in sorted(seen))


def dose_in_words(line: VisitMedicine) -> str:
    """利培酮 早 1 mg、晚 2.5 mg, for forms that have one line for all medicines."""
    if line.long_acting_mg:
        return f"{line.name} 每{line.every_weeks or ''}周 {line.long_acting_mg} mg"
    doses = zip("早中晚", (line.morning_mg, line.noon_mg, line.night_mg), strict=True)
    return f"{line.name} " + "、".join(f"{when} {dose} mg" for when, dose in doses if dose)


def _drug(line: Medicine) -> form.DrugLine:
    return form.DrugLine(
        line.name,
        line.morning_mg or "",
        line.noon_mg or "",
        line.night_mg or "",
        str(line.every_weeks or ""),
        line.long_acting_mg or "",
    )


def _remark(visit: FollowUpVisit) -> str:
    if visit.withdrawn_at is not None:
        return "已被更正"
    return "待卫生院确认" if visit.needs_confirmation and visit.confirmed_at is None else ""
