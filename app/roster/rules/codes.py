"""Words that stand for a relation or a people."""

from __future__ import annotations

import re

from app.core.identity import Sex
from app.core.reasons import reason
from app.core.workbooks.sheet import Cell
from app.guardians.rules import Relation
from app.patients.codes import ETHNIC_GROUPS
from app.roster.rules.cells import CellError, plain, text

_R = Relation
_RELATIONS: dict[str, Relation] = {
    **dict.fromkeys(
        ["配偶", "夫", "妻", "丈夫", "妻子", "夫妻", "老公", "老婆", "爱人", "夫妇", "spouse", "husband", "wife"],
        _R.SPOUSE,
    ),
    **dict.fromkeys(["父", "父亲", "爸爸", "爸", "父子", "父女", "养父", "继父", "生父", "father"], _R.FATHER),
    **dict.fromkeys(["母", "母亲", "妈妈", "妈", "母子", "母女", "养母", "继母", "生母", "mother"], _R.MOTHER),
    **dict.fromkeys(
        ["子", "儿子", "儿", "长子", "次子", "三子", "大儿子", "二儿子", "小儿子", "养子", "继子", "独子", "son"],
        _R.SON,
    ),
    **dict.fromkeys(
        ["女", "女儿", "长女", "次女", "三女", "大女儿", "二女儿", "小女儿", "养女", "继女", "独女", "daughter"],
        _R.DAUGHTER,
    ),
    **dict.fromkeys(["兄", "哥", "哥哥", "兄长", "大哥", "二哥", "胞兄", "长兄", "elderbrother"], _R.ELDER_BROTHER),
    **dict.fromkeys(["弟", "弟弟", "胞弟", "二弟", "小弟", "youngerbrother"], _R.YOUNGER_BROTHER),
    **dict.fromkeys(["姐", "姐姐", "姊", "大姐", "二姐", "胞姐", "eldersister"], _R.ELDER_SISTER),
    **dict.fromkeys(["妹", "妹妹", "胞妹", "小妹", "youngersister"], _R.YOUNGER_SISTER),
    **dict.fromkeys(
        [
            "祖父",
            "祖母",
            "爷爷",
            "奶奶",
            "外祖父",
            "外祖母",
            "外公",
            "外婆",
            "姥姥",
            "姥爷",
            "祖父母",
            "外祖父母",
            "祖孙",
            "grandparent",
        ],
        _R.GRANDPARENT,
    ),
    **dict.fromkeys(["孙子", "孙女", "外孙", "外孙女", "孙", "孙子女", "外孙子", "grandchild"], _R.GRANDCHILD),
    **dict.fromkeys(
        [
            "其他",
            "其它",
            "朋友",
            "邻居",
            "同事",
            "村干部",
            "村委会",
            "居委会",
            "社区",
            "民政",
            "other",
            "雇主",
            "护工",
            "社工",
            "村居委会",
            "单位",
        ],
        _R.OTHER,
    ),
}
_KIN = re.compile(
    r"叔|伯|舅|姑|姨|侄|甥|堂|表|嫂|媳|婿|岳|公公|婆婆|婶|妗|连襟|妯娌|亲戚|亲属|近亲|小叔|小姑|姐夫|妹夫|弟妹|relative"
)
# What leaves the sex open is settled by the guardian's own: 子女 is 儿子 for a man.
_BY_SEX = {
    **dict.fromkeys(["子女", "儿女", "孩子", "child", "children"], (_R.SON, _R.DAUGHTER)),
    **dict.fromkeys(["父母", "双亲", "parent", "parents"], (_R.FATHER, _R.MOTHER)),
    **dict.fromkeys(
        [
            "兄弟姐妹",
            "兄弟",
            "姐弟",
            "姐妹",
            "姊妹",
            "兄妹",
            "胞兄弟",
            "同胞",
            "手足",
            "兄弟姊妹",
            "sibling",
            "brother",
            "sister",
        ],
        None,
    ),
}

_ETHNIC_CODES = {name.removesuffix("族"): code for code, name in ETHNIC_GROUPS.items()} | {"外国血统": "98"}


def ethnic_code(cell: Cell) -> str | None:
    """The GB/T 3304 code of 汉, 汉族, 1 or 01; None when empty."""
    shown = plain(cell)
    if not shown:
        return None
    if shown.isdigit() and shown.zfill(2) in ETHNIC_GROUPS:
        return shown.zfill(2)
    found = _ETHNIC_CODES.get(shown) or _ETHNIC_CODES.get(shown.removesuffix("族").removesuffix("民"))
    if found is None:
        raise CellError(reason("roster.ethnicity.unknown", text=text(cell)[:20]))
    return found


def relation(cell: Cell, guardian_sex: Sex | None, is_elder: bool | None) -> Relation | None:
    """The guardian's relation; words that leave sex or age open are settled by the guardian's own. None when empty."""
    shown = re.sub(r"[\s()]|之|患者的?|其|系|关系$", "", plain(cell))
    if not shown:
        return None
    if shown in _RELATIONS:
        return _RELATIONS[shown]
    if shown in ("本人", "自己", "self"):
        raise CellError(reason("roster.relation.self"))
    if shown in _BY_SEX:
        return _by_sex(_BY_SEX[shown], guardian_sex, is_elder)
    if _KIN.search(shown):
        return Relation.OTHER_RELATIVE
    raise CellError(reason("roster.relation.unknown", text=text(cell)[:20]))


def _by_sex(pair: tuple[Relation, Relation] | None, sex: Sex | None, is_elder: bool | None) -> Relation:
    if sex not in (Sex.MALE, Sex.FEMALE):
        return Relation.OTHER_RELATIVE
    man = sex is Sex.MALE
    if pair:
        return pair[0] if man else pair[1]
    if is_elder is None:
        return Relation.OTHER_RELATIVE
    if is_elder:
        return Relation.ELDER_BROTHER if man else Relation.ELDER_SISTER
    return Relation.YOUNGER_BROTHER if man else Relation.YOUNGER_SISTER
