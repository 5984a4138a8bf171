"""Data quality (数据质量): what a registration lacks, what cannot be true together, what should be looked at again. Each check stands here once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.core.access import Action, Field, Grant

OLDEST = 110  # years; an older registered patient is looked at again
YOUNGEST_GUARDIAN = 18
STAY_CONFIRMED_WITHIN = 12  # months: a stay in hospital that nobody has looked at for so long


class Severity(StrEnum):
    WRONG = "wrong"  # cannot be true together
    MISSING = "missing"
    DOUBTFUL = "doubtful"  # can be right: somebody looks


class Mend(StrEnum):
    """The form that mends it; `MENDS` says where it is and who may use it."""

    EDIT = "edit"
    IDENTITY = "identity"
    HAND_OVER = "hand_over"
    DIAGNOSIS = "diagnosis"
    CONSENT = "consent"
    NEW_GUARDIAN = "new_guardian"
    GUARDIANS = "guardians"
    NEW_VISIT = "new_visit"
    VISITS = "visits"
    STATES = "states"
    DEATH = "death"
    AGREEMENTS = "agreements"


@dataclass(frozen=True, slots=True)
class Form:
    """An endpoint for a patient's public id, with what else its address says."""

    endpoint: str
    action: Action
    arguments: tuple[tuple[str, str], ...] = ()


MENDS: Final = {
    Mend.EDIT: Form("patients.edit", Action.KEEP_REGISTER),
    Mend.IDENTITY: Form("patients.correct", Action.CORRECT_IDENTITY),
    Mend.HAND_OVER: Form("patients.hand_over_patient", Action.HAND_OVER),
    Mend.DIAGNOSIS: Form("patients.act", Action.KEEP_REGISTER, (("name", "diagnosis"),)),
    Mend.CONSENT: Form("desk.sign_paper", Action.KEEP_REGISTER, (("purpose", "community_management"),)),
    Mend.NEW_GUARDIAN: Form("guardians.add_guardian", Action.KEEP_REGISTER),
    Mend.GUARDIANS: Form("guardians.list_guardians", Action.KEEP_REGISTER),
    Mend.NEW_VISIT: Form("visits.new_visit", Action.LOG_VISIT),
    Mend.VISITS: Form("visits.list_visits", Action.LOG_VISIT),
    Mend.STATES: Form("patients.change_state", Action.KEEP_REGISTER),
    Mend.DEATH: Form("patients.act", Action.KEEP_REGISTER, (("name", "death"),)),
    # towns end agreements; whoever answers for the patient sees where it stands
    Mend.AGREEMENTS: Form("guardians.list_guardians", Action.KEEP_REGISTER),
}


@dataclass(frozen=True, slots=True)
class Check:
    """`tells`: fields of roles.md whose content a name on the list gives away; `lacks`: fields of which it says that nothing is there."""

    code: str
    severity: Severity
    mend: Mend
    tells: tuple[Field, ...] = ()
    lacks: tuple[Field, ...] = ()

    def names_people(self, grants: dict[Field, Grant]) -> bool:
        """Whether a role with these grants may read who is on the list; otherwise it reads how many, where."""
        reads = all(grants[field] is Grant.FULL for field in (Field.PATIENT_NAME, *self.tells))
        return reads and all(grants[field] not in _HIDES_PRESENCE for field in self.lacks)


# what shows neither a value nor whether there is one
_HIDES_PRESENCE = frozenset({Grant.NONE, Grant.COUNTS})

_W, _M, _D = Severity.WRONG, Severity.MISSING, Severity.DOUBTFUL
CHECKS: Final = (
    Check("dead_but_registered", _W, Mend.DEATH),
    Check("visit_after_death", _W, Mend.VISITS, tells=(Field.CLINICAL,)),
    Check("agreement_after_end", _W, Mend.AGREEMENTS),
    Check("guardian_dead", _W, Mend.GUARDIANS, tells=(Field.GUARDIAN_NAME,)),
    Check("guardian_under_age", _W, Mend.GUARDIANS, tells=(Field.GUARDIAN_NAME,)),
    Check("due_too_late", _W, Mend.VISITS, tells=(Field.CLINICAL,)),
    Check("high_level_but_stable", _W, Mend.NEW_VISIT, tells=(Field.CLINICAL, Field.RISK_LEVEL)),
    Check("lost_but_seen", _W, Mend.STATES),
    Check("age_impossible", _W, Mend.IDENTITY, tells=(Field.PATIENT_BIRTH_DATE,)),
    Check("onset_before_birth", _W, Mend.EDIT, tells=(Field.CLINICAL,)),
    Check("medicine_before_onset", _W, Mend.EDIT, tells=(Field.CLINICAL,)),
    Check("no_diagnosis", _M, Mend.DIAGNOSIS, lacks=(Field.CLINICAL,)),
    Check("no_id_number", _M, Mend.IDENTITY, lacks=(Field.PATIENT_ID_NUMBER,)),
    Check("no_birth_date", _M, Mend.IDENTITY, lacks=(Field.PATIENT_BIRTH_DATE,)),
    Check("no_sex", _M, Mend.IDENTITY),
    Check("no_phone", _M, Mend.EDIT, lacks=(Field.PATIENT_PHONE, Field.GUARDIAN_PHONE)),
    Check("no_address", _M, Mend.EDIT, lacks=(Field.ADDRESS,)),
    Check("no_village", _M, Mend.EDIT),
    Check("no_record_number", _M, Mend.EDIT),
    Check("no_doctor", _M, Mend.HAND_OVER),
    Check("doctor_gone", _M, Mend.HAND_OVER),
    Check("no_guardian", _M, Mend.NEW_GUARDIAN, lacks=(Field.GUARDIAN_NAME,)),
    Check("no_second_guardian", _M, Mend.NEW_GUARDIAN, lacks=(Field.GUARDIAN_NAME,)),
    Check("no_consent", _M, Mend.CONSENT, lacks=(Field.CONSENT,)),
    Check("no_risk_level", _M, Mend.NEW_VISIT, lacks=(Field.RISK_LEVEL,)),
    Check("no_onset", _M, Mend.EDIT, lacks=(Field.CLINICAL,)),
    Check("unstable_not_referred", _D, Mend.VISITS, tells=(Field.CLINICAL,)),
    Check("long_stay", _D, Mend.STATES, tells=(Field.CARE_SPANS,)),
    Check("guardian_of_many", _D, Mend.GUARDIANS, tells=(Field.GUARDIAN_NAME,)),
)  # fmt: skip
CHECK: Final = {one.code: one for one in CHECKS}
