"""Diagnoses as the county's register would show them, and what is taken for them."""

from __future__ import annotations

from itertools import accumulate
from random import Random

from app.patients.rules import DiagnosisCategory
from app.visits.rules.record import Medicine

_C = DiagnosisCategory
# category, codes as hospitals write them, of a thousand patients (domain 1.1)
_DIAGNOSES: tuple[tuple[DiagnosisCategory, tuple[str, ...], int], ...] = (
    (_C.SCHIZOPHRENIA, ("F20.0", "F20.0", "F20.3", "F20.9", "F20.9", "F20.1", "F20.5"), 708),
    (_C.BIPOLAR, ("F31.9", "F31.1", "F31.2", "F31.4"), 108),
    (_C.INTELLECTUAL_PSYCHOSIS, ("F71.1", "F70.1", "F72.1"), 82),
    (_C.EPILEPSY_PSYCHOSIS, ("G40.9", "F06.8", "F06.2"), 58),
    (_C.SCHIZOAFFECTIVE, ("F25.9", "F25.1"), 22),
    (_C.DELUSIONAL, ("F22.0", "F22.9"), 14),
    (_C.OTHER_REPORTABLE, ("F32.3", "F23.9"), 8),
)
_WEIGHTS = tuple(accumulate(weight for _, _, weight in _DIAGNOSES))
HOSPITALS = ("安和县精神卫生中心", "安和县精神卫生中心", "示例市第四人民医院", "示例市精神病医院")

_ANTIPSYCHOTICS: tuple[tuple[Medicine, ...], ...] = (
    (Medicine("奥氮平片", night_mg="10"),),
    (Medicine("奥氮平片", night_mg="15"),),
    (Medicine("奥氮平片", morning_mg="5", night_mg="10"),),
    (Medicine("利培酮片", morning_mg="1", night_mg="2"),),
    (Medicine("利培酮片", morning_mg="2", night_mg="3"), Medicine("盐酸苯海索片", morning_mg="2")),
    (Medicine("氯氮平片", morning_mg="50", night_mg="150"),),
    (Medicine("氯氮平片", night_mg="100"),),
    (Medicine("富马酸喹硫平片", morning_mg="100", night_mg="300"),),
    (Medicine("阿立哌唑片", morning_mg="15"),),
    (Medicine("氨磺必利片", morning_mg="200", night_mg="200"),),
    (Medicine("舒必利片", morning_mg="100", noon_mg="100", night_mg="200"),),
    (Medicine("棕榈酸帕利哌酮注射液", every_weeks=4, long_acting_mg="100"),),
    (Medicine("棕榈酸帕利哌酮注射液", every_weeks=4, long_acting_mg="75"), Medicine("奥氮平片", night_mg="5")),
)
_MOOD: tuple[tuple[Medicine, ...], ...] = (
    (Medicine("碳酸锂片", morning_mg="250", noon_mg="250", night_mg="500"),),
    (Medicine("丙戊酸钠缓释片", morning_mg="500", night_mg="500"), Medicine("奥氮平片", night_mg="5")),
    (Medicine("丙戊酸钠缓释片", morning_mg="500"), Medicine("富马酸喹硫平片", night_mg="200")),
)
_EPILEPSY: tuple[tuple[Medicine, ...], ...] = (
    (Medicine("卡马西平片", morning_mg="200", night_mg="200"),),
    (Medicine("丙戊酸钠片", morning_mg="200", noon_mg="200", night_mg="200"), Medicine("利培酮片", night_mg="1")),
)
_LOW_DOSE: tuple[tuple[Medicine, ...], ...] = (
    (Medicine("利培酮片", night_mg="1"),),
    (Medicine("富马酸喹硫平片", night_mg="50"),),
    (Medicine("舒必利片", morning_mg="100", night_mg="100"),),
)
_USUAL = {_C.BIPOLAR: _MOOD, _C.EPILEPSY_PSYCHOSIS: _EPILEPSY, _C.INTELLECTUAL_PSYCHOSIS: _LOW_DOSE}


def diagnose(rng: Random) -> tuple[DiagnosisCategory, str]:
    """Category and ICD-10 code."""
    category, codes, _weight = rng.choices(_DIAGNOSES, cum_weights=_WEIGHTS)[0]
    return category, rng.choice(codes)


def prescribe(rng: Random, category: DiagnosisCategory) -> tuple[Medicine, ...]:
    return rng.choice(_USUAL.get(category, _ANTIPSYCHOTICS))
