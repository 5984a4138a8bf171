"""Invented names as a county would have them: by sex and generation, surnames by how usual they are, and a few that systems stumble over."""

from __future__ import annotations

from datetime import date
from itertools import accumulate
from random import Random

from app.core.identity import Sex

# surname → how many of a thousand people bear it, roughly as in Anhui
_SURNAMES = {
    "王": 78, "李": 74, "张": 72, "刘": 52, "陈": 50, "杨": 32, "赵": 27, "黄": 23, "周": 27, "吴": 29,
    "徐": 24, "孙": 24, "胡": 19, "朱": 23, "高": 15, "林": 9, "何": 12, "郭": 12, "马": 12, "罗": 9,
    "梁": 8, "宋": 10, "郑": 9, "谢": 9, "韩": 8, "唐": 9, "冯": 8, "于": 6, "董": 8, "萧": 3,
    "程": 11, "曹": 8, "袁": 7, "邓": 6, "许": 10, "傅": 4, "沈": 7, "曾": 6, "彭": 6, "吕": 6,
    "苏": 6, "卢": 5, "蒋": 6, "蔡": 6, "贾": 4, "丁": 9, "魏": 6, "薛": 4, "叶": 5, "阎": 2,
    "余": 6, "潘": 5, "杜": 5, "戴": 5, "夏": 6, "钟": 4, "汪": 12, "田": 4, "任": 4, "姜": 5,
    "范": 5, "方": 10, "石": 4, "姚": 5, "谭": 3, "廖": 3, "邹": 4, "熊": 3, "金": 5, "陆": 5,
    "郝": 3, "孔": 4, "白": 3, "崔": 3, "康": 2, "毛": 3, "邱": 3, "秦": 4, "江": 5, "史": 3,
    "顾": 3, "侯": 3, "邵": 3, "孟": 3, "龙": 2, "万": 3, "段": 2, "章": 3, "钱": 4, "汤": 3,
    "尹": 2, "黎": 2, "易": 2, "常": 2, "武": 2, "乔": 2, "贺": 2, "赖": 1, "龚": 2, "单": 3,
    "解": 3, "仇": 2, "欧阳": 2, "尉迟": 1, "查": 2, "缪": 1, "翟": 1, "葛": 4, "凌": 2, "束": 1,
}  # fmt: skip
_SURNAME_LIST = tuple(_SURNAMES)
_SURNAME_WEIGHTS = tuple(accumulate(_SURNAMES.values()))

# (first born year, men's given names, women's given names): two lists of characters that are combined, and whole names
_GENERATIONS: tuple[tuple[int, tuple[str, str, str], tuple[str, str, str]], ...] = (
    (
        0,
        (
            "国德福贵有金传学明正永世长保家士怀广兴光",
            "田山发财林友才生祥清华义元富根奎朝江银成",
            "德友 长根 传福 有田 怀义",
        ),
        ("桂秀玉凤兰素翠月金银春培巧爱传淑", "英兰珍芳华云荣香莲梅侠萍环凤珠贞", "桂英 秀兰 玉珍 翠华 素侠"),
    ),
    (
        1958,
        (
            "建志国军卫文永红海春新跃庆克家宗立西东学",
            "军明强平华国林民东波勇胜刚忠斌伟生海好标",
            "建国 卫东 跃进 志强 永红",
        ),
        ("秀丽小红春海玉美继先爱文桂云学建家", "红丽梅芳英燕霞萍琴玲敏侠云荣艳平华", "红霞 丽萍 春梅 爱民 小玲"),
    ),
    (
        1978,
        (
            "志文俊海晓小立国永家伟春建宏明德少",
            "强军杰涛超勇飞亮波浩凯宁峰龙辉斌伟磊",
            "伟 磊 强 鹏 杰 涛 超 勇 飞 亮 波 浩",
        ),
        ("晓丽雪海春玉小婷文静秀亚慧艳家冬", "婷娟静敏燕丽娜雪倩梅芳莉玲艳琴萍云", "婷 娟 静 敏 燕 娜 雪 倩 莉 艳"),
    ),
    (
        1996,
        ("子浩宇俊梓嘉天明家思文博泽一", "轩然航宇豪涛杰文翔阳诚睿辰泽", "浩然 宇航 俊杰 子豪 天佑 鑫 帅"),
        ("梓雨欣子思佳嘉诗可一梦雅心若", "涵欣怡婷琪雯妍悦瑶萱彤茹洁宁", "雨欣 欣怡 佳琪 梦瑶 悦 雯"),
    ),
)

# Rare characters beyond the basic plane, readings that no dictionary gives, a name with a middle dot: (name, sex, ethnic group).
REMARKABLE: tuple[tuple[str, Sex, str], ...] = (
    ("李𬭩", Sex.MALE, "01"),
    ("王䶮", Sex.MALE, "01"),
    ("赵𠮷", Sex.MALE, "01"),
    ("单小曾", Sex.FEMALE, "01"),
    ("阿依古丽·买买提", Sex.FEMALE, "05"),
    ("尉迟长乐", Sex.MALE, "01"),
    ("欧阳秀云", Sex.FEMALE, "01"),
    ("解红", Sex.FEMALE, "01"),
    ("仇大山", Sex.MALE, "01"),
    ("曾德厚", Sex.MALE, "01"),
)


def surname(rng: Random) -> str:
    return rng.choices(_SURNAME_LIST, cum_weights=_SURNAME_WEIGHTS)[0]


def surname_of(name: str) -> str:
    """The surname that a child or sibling shares; of a name with a middle dot none."""
    if "·" in name:
        return ""
    return name[:2] if name[:2] in _SURNAMES else name[:1]


def given_name(rng: Random, sex: Sex, born_on: date) -> str:
    """Two characters most often, one or a fixed pair sometimes, in the taste of the year of birth."""
    men, women = next((men, women) for first, men, women in reversed(_GENERATIONS) if born_on.year >= first)
    first, second, whole = men if sex is Sex.MALE else women
    draw = rng.random()
    if draw < 0.2:
        return rng.choice(whole.split())
    if draw < 0.32:
        return rng.choice(second)
    chosen = rng.choice(first)
    return chosen + rng.choice([sign for sign in second if sign != chosen])


def invent_name(rng: Random, sex: Sex, born_on: date, family: str = "") -> str:
    """A whole name; with `family` that of a relative who shares the surname."""
    return (family or surname(rng)) + given_name(rng, sex, born_on)
