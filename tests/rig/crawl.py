"""Every route of the product, and addresses for it: one's own, somebody else's, nobody's."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from app.core.access import FIELDS, Field, Grant
from app.core.actor import Role
from tests.rig.scene import Place

TABLE = Path(__file__).resolve().parents[1] / "data" / "route_access.csv"
SAFE = ("GET",)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROLES = tuple(role for role in Role if role is not Role.OPERATOR)
MISSING = "AAAAAAAAAAAAAAAAAAAAAA"

# What `public_id` names, by the part of the address before it; the longest prefix decides.
SUBJECTS = {
    "/patients/": "patient",
    "/patients/duties/": "duty",
    "/guardians/": "guardianship",
    "/guardianships/": "guardianship",
    "/agreements/": "agreement",
    "/duty/checks/": "duty_check",
    "/duty/replacements/": "replacement",
    "/applications/": "application",
    "/documents/": "document",
    "/tasks/": "task",
    "/assessments/": "assessment",
    "/reassessments/": "reassessment",
    "/incidents/": "emergency",
    "/incidents/patients/": "patient",
    "/incidents/tasks/": "question",
    "/incidents/reports/": "incident",
    "/incidents/receptions/": "reception",
    "/incidents/green/": "green",
    "/incidents/rounds/": "round",
    "/incidents/calls/": "call",
    "/incidents/conferences/": "conference",
    "/incidents/invitations/": "invitee",
    "/incidents/decisions/": "decision",
    "/discharges/loops/": "discharge",
    "/discharges/records/": "discharge",
    "/discharges/notices/": "handover_notice",
    "/contacts/": "contact",
    "/messages/": "message",
    "/messages/templates/": "template",
    "/insurance/policies/": "insurance_policy",
    "/insurance/claims/": "claim",
    "/insurance/reliefs/": "relief",
    "/insurance/patients/": "patient",
    "/benefits/patients/": "patient",
    "/benefits/records/": "benefit",
    "/benefits/requests/": "benefit_request",
    "/benefits/backstops/": "backstop",
    "/rehab/patients/": "patient",
    "/rehab/places/": "rehab_place",
    "/rehab/referrals/": "rehab_referral",
    "/transfers/": "transfer",
    "/requests/": "request",
    "/subsidies/": "run",
    "/subsidies/lines/": "line",
    "/subsidies/accounts/": "account",
    "/subsidies/sharings/": "sharing",
    "/subsidies/objections/": "objection",
    "/subsidies/recoveries/": "recovery",
    "/subsidies/flags/": "flag",
    "/subsidies/home-checks/": "home_check",
    "/subsidies/fund/entries/": "fund_entry",
    "/subsidies/fund/proposals/": "fund_proposal",
    "/subsidies/policy/proposals/": "policy_proposal",
    "/admin/users/": "user",
    "/admin/keys/": "api_key",
    "/admin/relatives/": "declared_kin",
    "/clues/": "clue",
    "/numbers/reports/files/": "kept_report",
    "/numbers/submitted/": "report_submission",
    "/numbers/appraisals/": "appraisal",
    "/numbers/appraisals/new/": "report_submission",
    "/numbers/appraisals/schemes/": "appraisal_scheme",
    "/numbers/appraisals/objections/": "appraisal_objection",
    "/numbers/training/": "training",
    "/numbers/submitted/new/": "indicator_run",
    "/groups/": "group",
    "/dependants/": "dependants",
    "/screening/": "screening_round",
    "/screening/returns/": "screening_return",
    "/subsidies/checks/": "check_list",
    "/subsidies/checks/hits/": "check_hit",
    "/roster/files/": "upload",
    "/roster/imports/": "roster_import",
    "/roster/visits/imports/": "visit_import",
    "/roster/national/": "national_comparison",
}
# Other arguments by their names.
ARGUMENTS = {
    "visit_id": "visit",
    "guardianship_id": "guardianship",
    "guardian_id": "guardianship",
    "agreement_id": "agreement",
    "other_id": "patient",
    "subject_id": "agreement",
    "line_id": "line",
    "consent_id": "consent",
    "event": "handover_event",
    "agency": "contact_agency",
    "harm_id": "harm",
    "reception_id": "reception",
    "delivery_id": "delivery",
    "item_id": "item",
    "finding_id": "national_finding",
    "place": "place",
}
# Arguments that name a choice, not a thing: any of them is everybody's.
CHOICES = {
    "matter": "quarter",
    "field": "",
    "path": "0123456789abcdef012345",
    "paper": "notices",
    "ending": "pdf",
    "name": "diagnosis",
    "purpose": "emergency_treatment",
    "benefit": "basic_medical",
    "rank": "first",
    "kind": "new",
    "subject": "agreement",
    "form": "follow-up",
    "year": "2026",
    "quarter": "2026Q4",
    "held_on": "2026-11-05",
    "number": "1",
    "list_kind": "funeral",
    "finding_kind": "missing_there",
    "as_of": "2026-09-30",
    "period": "2026Q3",
    "figure": "registered",
    "check": "no_phone",
    "source": "management",
}


@dataclass(frozen=True)
class Route:
    """One address pattern and one method."""

    rule: str
    method: str
    endpoint: str
    arguments: frozenset[str]

    @property
    def names_a_subject(self) -> bool:
        """Whether the address names something that belongs to somebody."""
        return bool(self.arguments - CHOICES.keys())


def routes(app: Flask) -> list[Route]:
    """All routes but static files; HEAD and OPTIONS follow from the rest."""
    return sorted(_routes(app), key=lambda route: (route.rule, route.method))


def _routes(app: Flask) -> Iterator[Route]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            for method in METHODS:
                if method in (rule.methods or ()):
                    yield Route(rule.rule, method, rule.endpoint, frozenset(rule.arguments))


def address(app: Flask, route: Route, place: Place | None, user: str) -> str:
    """The route's address for things of `place`, as `user` would ask for them; things that do not exist without one."""
    values: dict[str, Any] = {name: _value(route, name, place, user) for name in route.arguments}
    with app.test_request_context():
        adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
        return adapter.build(route.endpoint, values, method=route.method)


def _value(route: Route, name: str, place: Place | None, user: str) -> str:
    if name == "field":
        return masked_field(user).value
    if name in CHOICES:
        return CHOICES[name]
    if place is None:
        return MISSING
    if name in ARGUMENTS:
        return str(getattr(place, ARGUMENTS[name]))
    owned_by_name = {
        "device_id": place.device,
        "sent_id": place.sent_form,
        "view_id": place.view,
        "unit": place.appraised_unit,
    }.get(name)
    if owned_by_name is not None:
        return owned_by_name.get(user) or next(iter(owned_by_name.values()))
    for prefix, owned in (
        ("/discharges/forms/", place.handover_form),
        ("/numbers/orders/<public_id>", place.supervision_orders),
        ("/numbers/samples/records/", place.sample_record),
        ("/numbers/samples/<public_id>", place.sample),
        ("/work/", place.work),
        ("/reports/files/", place.file),
        ("/roster/visits/files/", place.visit_upload),
        ("/roster/lists/", place.list_upload),
        ("/roster/national/files/", place.register_upload),
    ):
        if route.rule.startswith(prefix):
            return owned.get(user) or next(iter(owned.values()))
    if route.rule.startswith("/people/"):
        return place.person if masked_field(user).value.startswith("patient") else place.guardian_person
    prefix = max((one for one in SUBJECTS if route.rule.startswith(one)), key=len, default=None)
    if prefix is None:
        raise LookupError(f"tests/rig/crawl.py does not know what <{name}> of {route.rule} names")
    return str(getattr(place, SUBJECTS[prefix]))


def masked_field(user: str) -> Field:
    """A field that this user's role sees masked; some field for a role that sees none masked."""
    role = Role(user) if user in set(Role) else Role.DOCTOR
    return next((name for name, grants in FIELDS.items() if grants[role] is Grant.MASKED), Field.GUARDIAN_PHONE)


def published() -> dict[tuple[str, str], frozenset[str]]:
    """(route, method) → roles, as the table says; `*` in the table is everybody, also before signing in."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["route"], row["method"]): frozenset(row["roles"].split()) for row in csv.DictReader(file)}
