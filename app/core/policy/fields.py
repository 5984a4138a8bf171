"""Role × field group: the table of roles.md. What a role may not see is not loaded. `tests/` hold it against
`tests/data/roles_fields.csv`, which was written apart from this file."""

from __future__ import annotations

from enum import StrEnum

from app.core.actor import Role


class Grant(StrEnum):
    """How much of a field group a role sees within its own area or agency (legend of roles.md)."""

    FULL = "F"
    MASKED = "M"  # revealed by reason, logged
    LAST_FOUR = "L4"
    TASK = "T"  # only on an open task or form addressed to the user's agency
    TASK_LAST_FOUR = "TL4"
    OWN_HOSPITAL = "O"
    YES_NO = "Y"  # with a reason code
    STATE = "S"
    DAYS = "D"  # number of days not counted and reason code; no date, no place
    COUNTS = "A"
    OWN_REPORTS = "W"  # for 24 hours
    PAY_FILE = "X"  # inside the pay file only
    NONE = "-"


class Field(StrEnum):
    PATIENT_NAME = "patient_name"
    PATIENT_ID_NUMBER = "patient_id_number"
    PATIENT_BIRTH_DATE = "patient_birth_date"
    CLINICAL = "clinical"
    RISK_LEVEL = "risk_level"
    ADVICE_CODE = "advice_code"
    INCIDENTS = "incidents"
    ADDRESS = "address_below_village"
    PATIENT_PHONE = "patient_phone"
    GUARDIAN_NAME = "guardian_name_relation"
    GUARDIAN_PHONE = "guardian_phone"
    GUARDIAN_ID_NUMBER = "guardian_id_number"
    PAYEE_ACCOUNT = "payee_account"
    AMOUNT = "amount_and_payment_state"
    CARE_SPANS = "care_span_dates_and_places"
    CONSENT = "consent"
    MESSAGE_STATE = "message_state"
    FREE_TEXT = "free_text_notes"
    WHO_LOOKED = "who_looked"
    STATISTICS = "statistics_own_area"


ROLE_ORDER = (
    Role.DOCTOR, Role.VILLAGE_DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE, Role.HOSPITAL, Role.COORDINATOR, Role.TOWN,
    Role.VILLAGE_WORKER, Role.POLICE, Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.PARTNER, Role.AUDITOR,
    Role.CITY_VIEWER, Role.ADMIN,
)  # fmt: skip

# One row per field group, one column per role in the order above: the table of roles.md.
_FIELD_ROWS = {
    #                          doc vdoc lead offi hosp coor town vwor poli cler revi fina part audi city admi
    Field.PATIENT_NAME:       "F   F    F    F    O    F    T    T    T    M    M    -    T    M    -    -",
    Field.PATIENT_ID_NUMBER:  "M   L4   M    M    O    -    -    -    TL4  L4   L4   -    TL4  L4   -    -",
    Field.PATIENT_BIRTH_DATE: "F   F    F    F    O    -    -    -    -    -    -    -    T    -    -    -",
    Field.CLINICAL:           "F   F    F    F    O    -    -    -    -    -    -    -    -    -    -    -",
    Field.RISK_LEVEL:         "F   F    F    F    O    F    -    -    -    Y    Y    -    -    Y    -    -",
    Field.ADVICE_CODE:        "F   F    F    F    O    F    T    T    T    -    -    -    -    -    -    -",
    Field.INCIDENTS:          "F   T    F    F    -    F    F    W    W    Y    Y    -    -    Y    -    -",
    Field.ADDRESS:            "F   F    F    F    O    -    T    T    T    -    -    -    T    -    -    -",
    Field.PATIENT_PHONE:      "F   F    F    M    O    -    -    -    -    -    -    -    T    -    -    -",
    Field.GUARDIAN_NAME:      "F   F    F    F    O    F    F    T    T    F    F    F    T    F    -    -",
    Field.GUARDIAN_PHONE:     "F   F    F    M    O    -    M    T    T    M    M    -    T    L4   -    -",
    Field.GUARDIAN_ID_NUMBER: "-   -    -    -    -    -    -    -    -    M    L4   X    -    L4   -    -",
    Field.PAYEE_ACCOUNT:      "-   -    -    -    -    -    -    -    -    L4   L4   X    -    L4   -    -",
    Field.AMOUNT:             "-   -    -    -    -    A    A    -    -    F    F    F    -    F    A    -",
    Field.CARE_SPANS:         "F   F    F    F    O    S    -    -    -    D    D    -    -    D    -    -",
    Field.CONSENT:            "F   F    F    F    -    Y    Y    -    -    Y    Y    -    -    F    -    -",
    Field.MESSAGE_STATE:      "S   -    S    S    -    A    -    -    -    S    -    -    -    S    -    A",
    Field.FREE_TEXT:          "F   F    F    M    O    -    -    -    -    -    -    -    -    -    -    -",
    Field.WHO_LOOKED:         "-   -    -    -    -    -    -    -    -    -    -    -    -    F    -    -",
    Field.STATISTICS:         "F   F    F    F    -    F    F    -    -    F    F    -    -    F    A    -",
}  # fmt: skip

FIELDS: dict[Field, dict[Role, Grant]] = {
    name: dict(zip(ROLE_ORDER, map(Grant, row.split()), strict=True)) for name, row in _FIELD_ROWS.items()
}
