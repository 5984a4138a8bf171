"""The summary (发放汇总表): a run by town and village in counts and sums, for whoever sees amounts only so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.queries import names_of, office_of
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, code_of, prefix_of, town_of
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.money import Money
from app.subsidies.models import SubsidyPolicy, SubsidyRun
from app.subsidies.papers.labels import STAGES, checked_label, period_label, policy_label
from app.subsidies.papers.marks import marked, print_of_run
from app.subsidies.queries.runs import area_name
from app.subsidies.queries.summary import PlaceSum, sums_by_place
from reports.summary import Figures, SummaryDocument, SummaryTown, SummaryVillage

TOWN_ITSELF = "本级"  # patients who live in no village of their town


def summary_document(
    session: Session, keyring: Keyring, actor: Actor, run: SubsidyRun, now: datetime
) -> SummaryDocument:
    """Every place with lines, by town and village; each level is counted anew, because one guardian may guard in two villages."""
    lengths = (PREFIX_LENGTHS[AreaLevel.VILLAGE], PREFIX_LENGTHS[AreaLevel.TOWN], len(prefix_of(run.county_code)))
    villages, towns, all_of_it = (sums_by_place(session, actor, run, length) for length in lengths)
    names = names_of(session, {*villages, *map(code_of, towns)})
    total = all_of_it.get(prefix_of(run.county_code), PlaceSum())
    policy = session.get(SubsidyPolicy, run.policy_id) if run.policy_id else None
    return SummaryDocument(
        county=area_name(session, run.county_code),
        organisation=office_of(session, actor),
        period_label=period_label(run),
        policy=policy_label(policy),
        stage=STAGES[run.state],
        cut_off=run.decided_as_of,
        rule_set=run.rule_version,
        checked=checked_label(session, run),
        towns=tuple(
            SummaryTown(names[code_of(prefix)], _figures(found), _villages(code_of(prefix), villages, names))
            for prefix, found in towns.items()
        ),
        total=_figures(total),
        total_capital=Money(total.pay_fen).capital(),
        provenance=marked(keyring, actor, print_of_run(run, "summary", actor, now)),
        prepared_by=actor.name,
    )


def _villages(town: str, villages: Mapping[str, PlaceSum], names: Mapping[str, str]) -> tuple[SummaryVillage, ...]:
    return tuple(
        SummaryVillage(TOWN_ITSELF if code == town else names[code], _figures(found))
        for code, found in villages.items()
        if town_of(code) == town
    )


def _figures(found: PlaceSum) -> Figures:
    return Figures(**asdict(found))
