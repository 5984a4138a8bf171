"""How names are found: characters, fragments, full pinyin, initials; surnames read as people read them.

A search is a prefix range over `name_keys`; `search_key` brings what was typed into the form of the keys.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, lazy_pinyin

from app.core.names import MIDDLE_DOT, is_han, normalise_name

LONGEST_KEY = 40
_MOST_READINGS = 8

# Two-character surnames whose reading no dictionary of single characters gives.
COMPOUND_SURNAMES = {
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "长孙": "zhang sun",
    "令狐": "ling hu",
    "澹台": "tan tai",
    "单于": "chan yu",
    "乐正": "yue zheng",
    "宰父": "zai fu",
    "子车": "zi ju",
    "亓官": "qi guan",
    "颛孙": "zhuan sun",
    "夹谷": "jia gu",
    "拓跋": "tuo ba",
    "闾丘": "lv qiu",
    "鲜于": "xian yu",
    "澹臺": "tan tai",
    "尉遲": "yu chi",
    "長孫": "zhang sun",
    "呼延": "hu yan",
    "中行": "zhong hang",
    "贺若": "he ruo",
    "乞伏": "qi fu",
    "吐谷": "tu yu",
}

# One-character surnames that are read otherwise than the word, most usual reading first.
SURNAMES = {
    "单": "shan",
    "單": "shan",
    "曾": "zeng",
    "解": "xie",
    "仇": "qiu",
    "查": "zha",
    "区": "ou",
    "區": "ou",
    "盖": "ge gai",
    "蓋": "ge gai",
    "朴": "piao",
    "缪": "miao",
    "繆": "miao",
    "翟": "zhai di",
    "覃": "qin tan",
    "员": "yun yuan",
    "員": "yun yuan",
    "乐": "yue le",
    "樂": "yue le",
    "洗": "xian xi",
    "召": "shao zhao",
    "种": "chong zhong",
    "折": "she zhe",
    "尉": "wei yu",
    "宓": "mi fu",
    "秘": "bi mi",
    "薄": "bo",
    "柏": "bai bo",
    "谌": "chen shen",
    "佴": "nai",
    "繁": "po fan",
    "费": "fei bi",
    "黑": "he hei",
    "郇": "xun huan",
    "阚": "kan",
    "隗": "wei kui",
    "能": "nai neng",
    "粘": "nian zhan",
    "乜": "nie",
    "牟": "mu mou",
    "莘": "shen xin",
    "郗": "xi chi",
    "祭": "zhai ji",
    "藏": "zang",
    "长": "chang zhang",
    "重": "chong zhong",
    "句": "gou",
    "都": "du",
    "卜": "bu",
    "么": "yao",
    "角": "jue jiao",
    "炅": "gui",
    "适": "kuo shi",
    "奇": "ji qi",
    "会": "gui hui",
    "郄": "qie xi",
}

# Characters of given names that people read in more than one way.
GIVEN_READINGS = {
    "乐": "le yue",
    "长": "chang zhang",
    "重": "chong zhong",
    "行": "xing hang",
    "茜": "qian xi",
    "晟": "sheng cheng",
    "朝": "chao zhao",
    "单": "dan shan",
    "曾": "zeng ceng",
    "娜": "na nuo",
    "莎": "sha suo",
    "藏": "cang zang",
    "还": "huan hai",
    "传": "chuan zhuan",
    "参": "can shen",
    "都": "du dou",
    "省": "sheng xing",
    "校": "xiao jiao",
    "宿": "su xiu",
    "降": "jiang xiang",
    "调": "diao tiao",
    "扎": "zha za",
    "卡": "ka qia",
    "柏": "bai bo",
    "薄": "bo bao",
    "缪": "miao mou",
    "奇": "qi ji",
    "泊": "bo po",
    "莞": "guan wan",
    "宓": "mi fu",
    "峙": "zhi shi",
    "卜": "bu",
    "种": "zhong chong",
    "弹": "tan dan",
    "佛": "fo",
    "荨": "qian xun",
    "炅": "jiong gui",
    "颉": "jie xie",
}


def name_keys(name: str) -> set[str]:
    """Every key under which the name is found: 1- and 2-character grams, full pinyin, initials."""
    parts = [part for part in normalise_name(name).casefold().split(MIDDLE_DOT) if part]
    whole = "".join(parts)
    keys = _grams(whole) | spellings(name)
    for part in parts[1:]:
        keys |= _spelled(_readings(part, surname=False))
    for word in whole.split() if " " in whole else ():
        keys.add(word)
    return {key[:LONGEST_KEY] for key in keys if key.strip()}


def spellings(name: str) -> set[str]:
    """Full pinyin and initials of the name in all its usual readings: `{"shanxiaoming", "sxm"}`."""
    whole = normalise_name(name).casefold().replace(MIDDLE_DOT, "")
    return _spelled(_readings(whole, surname=True))


def sort_key(name: str) -> str:
    """The name in its likeliest reading, syllable by syllable, for lists in the order of a dictionary; at most 200 characters."""
    readings = _readings(normalise_name(name).casefold().replace(MIDDLE_DOT, ""), surname=True)
    return " ".join(syllable for syllable in readings[0] if syllable.strip())[:200]


def search_key(text: str) -> str:
    """What somebody typed, in the form of the keys: one spelling, small letters, no dot or blank, v for ü."""
    plain = normalise_name(text).casefold().replace(MIDDLE_DOT, "").replace("ü", "v")
    return "".join(plain.replace("'", "").split())[:LONGEST_KEY]


def is_spelling(key: str) -> bool:
    """The key is typed in Latin letters (pinyin, initials) and not in characters."""
    return key.isascii()


def _grams(whole: str) -> set[str]:
    singles = {sign for sign in whole if is_han(sign)}
    pairs = (whole[at : at + 2] for at in range(len(whole) - 1))
    return singles | {pair for pair in pairs if any(is_han(sign) for sign in pair)}


def _spelled(readings: list[tuple[str, ...]]) -> set[str]:
    keys = set()
    for syllables in readings:
        keys.add("".join(syllables))
        keys.add("".join(syllable[:1] for syllable in syllables))
    return keys - {""}


def _readings(name: str, surname: bool) -> list[tuple[str, ...]]:
    """Each usual reading as syllables, the likeliest first; at most a few."""
    taken, heads = _surname(name) if surname else (0, [()])
    tails = [_given(sign) for sign in name[taken:]]
    combined = ((head, tail) for head in heads for tail in product(*tails))
    return [(*head, *tail) for head, tail in islice(combined, _MOST_READINGS)]


def _surname(name: str) -> tuple[int, list[tuple[str, ...]]]:
    """How many characters the surname's own table reads, and how."""
    if name[:2] in COMPOUND_SURNAMES:
        return 2, [tuple(COMPOUND_SURNAMES[name[:2]].split())]
    if name[:1] in SURNAMES:
        return 1, [(reading,) for usual in SURNAMES[name[0]].split() for reading in _with_umlaut(usual)]
    return 0, [()]


@lru_cache(maxsize=20_000)
def _given(sign: str) -> tuple[str, ...]:
    if sign in GIVEN_READINGS:
        return tuple(GIVEN_READINGS[sign].split())
    if not is_han(sign):
        return (sign if sign.isalpha() else "",)
    found = lazy_pinyin(sign, style=Style.NORMAL, v_to_u=False, errors="ignore")
    return _with_umlaut(found[0]) if found else (sign,)


def _with_umlaut(syllable: str) -> tuple[str, ...]:
    """lü is typed lv; passports print lyu."""
    return (syllable, syllable.replace("v", "yu")) if "v" in syllable else (syllable,)
