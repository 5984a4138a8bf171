"""Guardianship as a model: rank, legal basis, relation (domain 5.4)."""

from __future__ import annotations

from enum import StrEnum


class Rank(StrEnum):
    FIRST = "first"  # 第一监护人: the family member who by law and at present performs
    SECOND = "second"  # 第二监护人: village cadre, grid worker, police officer


class LegalBasis(StrEnum):
    STATUTORY = "statutory"  # 法定
    COURT = "court"  # 法院指定
    DESIGNATED = "designated"  # 居(村)委会或民政部门指定
    CARER = "carer"  # 实际照护人
    POST = "post"  # 第二监护人：因职务


class Relation(StrEnum):
    """What the guardian is to the patient, in the order of Civil Code Art. 28 where it is kin."""

    SPOUSE = "spouse"
    FATHER = "father"
    MOTHER = "mother"
    SON = "son"
    DAUGHTER = "daughter"
    ELDER_BROTHER = "elder_brother"
    YOUNGER_BROTHER = "younger_brother"
    ELDER_SISTER = "elder_sister"
    YOUNGER_SISTER = "younger_sister"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    OTHER_RELATIVE = "other_relative"
    OTHER = "other"
    OFFICER = "officer"  # second guardian by post


AGREEMENT_MAX_MONTHS = 12  # domain 5.7: at most one year
RENEWAL_NOTICE_DAYS = 30  # domain 5.7: renewal task 30 days before the end
MANY_PATIENTS = 3  # domain 5.4: warn when one first guardian has three or more
