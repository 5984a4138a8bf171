"""The options as the official forms print them, number and words (domain 3.1–3.4)."""

from dataclasses import dataclass

from reports.forms.flow import Blank, Piece, Whole
from reports.forms.values import GAP, number, options, other

VISIT_FORMS = options("1 门诊", "2 家庭访视", "3 电话")
VISIT_OBJECTS = options("1 患者本人", "2 患者家属、监护人", "3 其他知情人")
LOST_REASONS = options("1 外出务工", "2 迁居他处", "3 走失", "4 连续3次未访到", "5 其他")
DEATH_CAUSES = options("2 自杀", "3 他杀", "4 意外", "5 精神疾病相关并发症", "6 其他")
PHYSICAL_CAUSES = options(
    "①传染病和寄生虫病",
    "②肿瘤",
    "③心脏病",
    "④脑血管病",
    "⑤呼吸系统疾病",
    "⑥消化系统疾病",
    "⑦其他疾病",
    "⑧不详",
    gap=" ",
)
CIRCLED = ("", "①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧")
RISK_LEVELS = options("0（0级）", "1（1级）", "2（2级）", "3（3级）", "4（4级）", "5（5级）")
QUALITIES = options("1 良好", "2 一般", "3 较差")
WORK_QUALITIES = options("1 良好", "2 一般", "3 较差", "9 此项不适用")
INSIGHTS = options("1 自知力完全", "2 自知力不全", "3 自知力缺失")
LOCKED_UP = options("1 无关锁", "2 关锁", "3 关锁已解除")
ADHERENCES = options("1 按医嘱规律用药", "2 间断用药", "3 不用药", "4 医嘱勿需用药")
VISIT_EFFECTS = options("1 痊愈", "2 好转", "3 无变化", "4 加重", "9 此项不适用")
VISIT_CLASSES = options("1 不稳定", "2 基本稳定", "3 稳定")
SYMPTOM_BOXES = 12
BEHAVIOUR_BOXES = 6
NO_BEHAVIOUR = 7

_SYMPTOMS = (
    "1 幻觉",
    "2 交流困难",
    "3 猜疑",
    "4 喜怒无常",
    "5 行为怪异",
    "6 兴奋话多",
    "7 伤人毁物",
    "8 悲观厌世",
    "9 无故外走",
    "10 自语自笑",
    "11 孤僻懒散",
    "12 其他",
)
_BEHAVIOURS = ("1 轻度滋事", "2 肇事", "3 肇祸", "4 其他危害行为", "5 自伤", "6 自杀未遂")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A dangerous behaviour by its printed code (1–6; 7 is none) and how often it was seen."""

    code: int
    times: int | None = None


def symptoms(said: str) -> tuple[Piece, ...]:
    """The twelve symptoms; `said` stands on the line after 其他."""
    return (*options(*_SYMPTOMS), " ", other(said, 18))


def behaviours(seen: tuple[Behaviour, ...]) -> tuple[Piece, ...]:
    """The dangerous behaviours, each with the number of times."""
    times = {behaviour.code: number(behaviour.times) for behaviour in seen}
    pieces: list[Piece] = []
    for code, label in enumerate(_BEHAVIOURS, start=1):
        pieces += [Whole(label), Blank(times.get(code, ""), 6, is_glued=True), Whole("次", is_glued=True), GAP]
    return (*pieces, Whole(f"{NO_BEHAVIOUR} 无"))
