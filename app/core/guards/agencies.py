"""Guards of what several agencies do: messages, hand-over, emergencies, incidents and conferences."""

from __future__ import annotations

from app.core.guards.guard import Guard, append_only, changed, legal_move

_MESSAGE = ("dedupe_key", "kind", "recipient", "subject_kind", "subject_id", "parameters", "area_code", "callback_path")
_TEMPLATE = ("county_code", "kind", "version", "text_zh", "text_en", "parameters", "proposed_by", "proposed_hand")


def _guards_in_incident(incident: str, user: str) -> str:
    """The user's person guards the patient of the incident, at present or since it happened."""
    return (
        "EXISTS (SELECT 1 FROM incidents i JOIN guardianships g ON g.patient_id = i.patient_id "  # noqa: S608 - names from this file
        f"JOIN users u ON u.person_id = g.person_id WHERE i.id = {incident} AND u.id = {user} AND g.withdrawn_at IS NULL "
        "AND (g.to_on IS NULL OR g.to_on > i.happened_on))"
    )


_FINDING_OF_MEMBER = (
    "EXISTS (SELECT 1 FROM incident_findings f WHERE f.id = NEW.finding_id "  # noqa: S608 - names from this file
    f"AND {_guards_in_incident('f.incident_id', 'NEW.user_id')})"
)
_MINUTED = "EXISTS (SELECT 1 FROM conferences c WHERE c.id = {0}.conference_id AND c.state = 'minuted')"
_DECISION = ("conference_id", "item_id", "area_code", "kind", "agency_id", "due_on", "decided_by")
_INCIDENTS = (
    *(
        one
        for table in ("incident_findings", "incident_finding_members", "green_events", "conference_decision_events")
        for one in append_only(table)
    ),
    *(
        legal_move(table, "state")
        for table in (
            "incidents",
            "emergency_receptions",
            "green_requests",
            "delivery_rounds",
            "delivery_lines",
            "crisis_calls",
            "conferences",
            "conference_decisions",
        )
    ),
    *(
        Guard(f"guard_{table}_no_delete", table, "DELETE", "TRUE")
        for table in (
            "incidents",
            "incident_harms",
            "emergency_receptions",
            "green_requests",
            "delivery_rounds",
            "delivery_lines",
            "crisis_calls",
            "conferences",
            "conference_decisions",
        )
    ),
    # whoever guards a patient has no part in what is decided about that guardian (domain 3.4)
    Guard(
        "guard_incident_findings_own",
        "incident_findings",
        "INSERT",
        "NEW.matter IN ('guardian_at_fault', 'agreement', 'quarter') AND "
        + _guards_in_incident("NEW.incident_id", 'NEW."by"'),
    ),
    Guard("guard_incident_finding_members_own", "incident_finding_members", "INSERT", _FINDING_OF_MEMBER),
    # a closed record stands until it is opened again; a call that was closed stays as it was
    Guard("guard_incidents_closed", "incidents", "UPDATE", "OLD.state = 'closed' AND NEW.state = 'closed'"),
    Guard(
        "guard_crisis_calls_closed",
        "crisis_calls",
        "UPDATE",
        "OLD.state = 'closed' AND (" + changed("danger", "dangers", "outcome", "closed_at", "closed_by") + ")",
    ),
    # what stands in the minutes stands
    Guard("guard_conference_items_minuted_insert", "conference_items", "INSERT", _MINUTED.format("NEW")),
    Guard("guard_conference_items_minuted_update", "conference_items", "UPDATE", _MINUTED.format("OLD")),
    Guard("guard_conference_items_minuted_delete", "conference_items", "DELETE", _MINUTED.format("OLD")),
    Guard("guard_conference_decisions_minuted", "conference_decisions", "INSERT", _MINUTED.format("NEW")),
    Guard("guard_conference_decisions_frozen", "conference_decisions", "UPDATE", changed(*_DECISION)),
)

GUARDS: tuple[Guard, ...] = (
    # a finished emergency record is evidence
    Guard("guard_emergencies_finished", "emergencies", "UPDATE", "OLD.finished_at IS NOT NULL"),
    Guard("guard_emergencies_no_delete", "emergencies", "DELETE", "TRUE"),
    # a message says what it was owed to say, to whom it was owed, and what became of it stays written
    *append_only("message_events"),
    legal_move("messages", "state"),
    legal_move("message_templates", "state"),
    Guard("guard_messages_frozen", "messages", "UPDATE", changed(*_MESSAGE)),
    Guard("guard_messages_no_delete", "messages", "DELETE", "TRUE"),
    Guard("guard_message_templates_frozen", "message_templates", "UPDATE", changed(*_TEMPLATE)),
    Guard("guard_message_templates_no_delete", "message_templates", "DELETE", "TRUE"),
    Guard("guard_contact_consents_no_delete", "contact_consents", "DELETE", "TRUE"),
    # a hand-over is evidence: what was said is corrected by another row, and forms move one way, until an act turns out to be none
    *append_only("handover_events"),
    *append_only("handover_escalations"),
    legal_move("discharges", "state"),
    legal_move("handover_forms", "state"),
    Guard("guard_discharges_no_delete", "discharges", "DELETE", "TRUE"),
    Guard("guard_handover_forms_no_delete", "handover_forms", "DELETE", "TRUE"),
    # a loop that ended by itself may go on; one that a fact or a person ended has ended
    Guard(
        "guard_discharges_ended",
        "discharges",
        "UPDATE",
        "OLD.state = 'closed' AND NEW.state <> 'closed' AND OLD.close_reason <> 'done'",
    ),
    # the record that was sent stands; only its way through the loop is written on
    Guard(
        "guard_discharges_sent",
        "discharges",
        "UPDATE",
        "OLD.submitted_at IS NOT NULL AND (OLD.submitted_at <> NEW.submitted_at OR NEW.submitted_at IS NULL "
        "OR OLD.discharged_at <> NEW.discharged_at OR OLD.hospital_number <> NEW.hospital_number "
        "OR OLD.discharge_type <> NEW.discharge_type OR OLD.risk_level <> NEW.risk_level)",
    ),
    *_INCIDENTS,
)
