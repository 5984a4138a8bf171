"""Values that stand in one record of discharge and nowhere else, and where they are found in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.core.identity import mask_id, mask_phone
from tests.rig.register import id_number

# the way of each record: its sign stands in all of its values
STORIES = {
    "waiting": "甲",  # of the register, guarded, here; nobody has answered for two days
    "stranger": "乙",  # of nobody's register, sent by the hospital's system
    "alone": "丙",  # without guardian or family; refuses management
    "far": "丁",  # was lost, and goes to live in the next county
    "moved": "戊",  # has moved to the other town since
    "wrong": "己",  # closed as entered wrongly
    "right": "庚",  # what was sent in its place
    "done": "辛",  # from paper; every unit has answered
    "planned": "壬",  # prepared and not sent
    "back": "癸",  # in hospital again
}
SAME_PERSON = {"wrong": "right"}
LEFT_ON, ADMITTED_ON, RECHECK_ON, FORM_ON = (
    date.fromisoformat(day) for day in ("2026-11-17", "2026-10-09", "2027-05-13", "2026-11-12")
)
LEFT_AT = datetime(2026, 11, 17, 1, 0, tzinfo=UTC)


def values_of(story: str) -> dict[str, str]:
    """field → what stands in it, in this record alone; below the line what only the register or a unit says."""
    sign, place, same = STORIES[story], list(STORIES).index(story), SAME_PERSON.get(story, story)
    born_on, sequence = birth_of(same)
    return {
        "name": f"尉迟{STORIES[same]}", "id": id_number(born_on, sequence), "born": born_on.isoformat(),
        "address": f"柳荫巷{sign}字七十二号", "own-phone": f"1365555770{place}",
        "contact": f"澹台{sign}", "contact-relation": f"堂叔{sign}", "contact-phone": f"1365555990{place}",
        "diagnosis": f"妄想{sign}型", "code": f"F22.9{place}", "medicine": f"{sign}拉西酮片", "dose": f"4{place}.7mg",
        "usage": f"睡前{sign}片", "in-hospital": f"{sign}丙嗪片", "advice": f"忌{sign}酒", "signs": f"摔{sign}碗",
        "rehabilitation": f"{sign}陶艺", "hospital-doctor": f"公羊{sign}", "hospital-doctor-phone": f"0559-87654{place}1",
        "inpatient-number": f"ZY7788-{place}", "report": f"BG-44-{list(STORIES).index(same)}", "nationality": f"{sign}国",
        "first-diagnosed": f"198{place}-11",
        # --
        "guardian": f"钟离{sign}", "guardian-phone": f"1365555880{place}", "new-door": f"槐安路{sign}字九号",
        "words": f"{sign}夜里", "signer": f"南宫{sign}", "why-wrong": f"{sign}写错", "paper": f"〔2026〕第9{place}47号",
        "paper-by": f"{sign}文书",
    }  # fmt: skip


def birth_of(story: str) -> tuple[date, int]:
    """Day of birth and sequence number of the person."""
    place = list(STORIES).index(story)
    return date(1963, 7, 19) + timedelta(days=place), 101 + 2 * place


# four digits are somebody's where they stand by themselves
_ALONE = r"(?<![0-9A-Za-z_*-]){}(?![0-9A-Za-z_-])"


@dataclass(frozen=True)
class Mark:
    """One way in which a field of a record may be written."""

    story: str
    field: str
    spelt: tuple[str, ...]

    def stands_in(self, text: str) -> bool:
        if not any(one in text for one in self.spelt):
            return False
        return self.field != "id-last-four" or re.search(_ALONE.format(self.spelt[0]), text) is not None


def _marks() -> Iterator[Mark]:
    for story in STORIES:
        for name, value in values_of(story).items():
            if story in SAME_PERSON and name in _OF_PERSON:
                continue  # one person's two records: attributed to the one that stands
            days = _spelt(date.fromisoformat(value)) if name == "born" else (value,)
            yield Mark(story, name, days)
            if name in ("own-phone", "contact-phone", "guardian-phone"):
                yield Mark(story, f"{name}-masked", (mask_phone(value),))
            if name == "id":
                yield Mark(story, "id-masked", (mask_id(value),))
                yield Mark(story, "id-last-four", (value[-4:],))


def _spelt(day: date) -> tuple[str, ...]:
    return (day.isoformat(), f"{day.year}年{day.month}月{day.day}日")


_OF_PERSON = ("name", "id", "born", "report")
MARKS = tuple(_marks())
# days and chosen answers, alike in all records: looked for on a record's own pages and papers only
CHOSEN = {
    "left-on": (*_spelt(LEFT_ON), f"{LEFT_ON.month}月{LEFT_ON.day}日"), "admitted-on": _spelt(ADMITTED_ON),
    "come-again": _spelt(RECHECK_ON), "filled-in-on": _spelt(FORM_ON), "level": ("4级",), "behaviour": ("肇祸",),
    "law": ("第三十条",), "pays": ("城镇职工医保",), "funded": ("获得补助",), "help": ("住房",), "present": ("监护人在场",),
    "checked": ("电话已核实",), "left-how": ("医嘱离院",), "left-where": ("回家",), "effect": ("好转",),
    "hospital": ("安和县hospital", "辛家安康诊院"), "go-in-pairs": ("两人同行",),
    "kind-of-ID": ("居民身份证",), "guardian-state": ("没有监护人", "到场的是其他家属", "医院记有家属"),
}  # fmt: skip
FIELDS = {mark.field for mark in MARKS} | CHOSEN.keys()


def found_in(text: str, own: str | None = None) -> set[tuple[str, str]]:
    """(story, field) of what stands in a text; `own`: the story whose page or paper it is."""
    squeezed = "".join(text.split())
    found = {(mark.story, mark.field) for mark in MARKS if mark.stands_in(squeezed)}
    if own:
        found |= {(own, name) for name, spelt in CHOSEN.items() if any(one in squeezed for one in spelt)}
    return found
