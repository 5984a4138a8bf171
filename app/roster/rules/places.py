"""Town and village by name against the area tree: village names repeat from town to town, suffixes come and go."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.core.reasons import reason
from app.core.workbooks.sheet import Cell
from app.roster.rules.cells import CellError, plain, text

_TOWN_SUFFIX = re.compile(r"(街道办事处|街道办|街道|办事处|民族乡|镇|乡|园区|开发区|管委会)$")
_VILLAGE_SUFFIX = re.compile(
    r"(社区居民委员会|社区居委会|村民委员会|居民委员会|社区村委会|村委会|居委会|社区|行政村|村社区|村委|村)$"
)
_BELOW_VILLAGE = re.compile(r"(第?[\d一二三四五六七八九十]+)?(村民小组|小组|组|队|生产队|屯|庄|号).*")


@dataclass(frozen=True)
class AreaNode:
    """One place of the area tree."""

    code: str
    name: str

    @property
    def is_town(self) -> bool:
        return self.code[6:9] != "000" and self.code[9:] == "000"

    @property
    def is_village(self) -> bool:
        return self.code[9:] != "000"


@dataclass
class _Names:
    """Places by name as written and by name without its suffix."""

    whole: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    stem: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, code: str, suffix: re.Pattern[str]) -> None:
        self.whole[name].append(code)
        self.stem[suffix.sub("", name) or name].append(code)

    def find(self, name: str, suffix: re.Pattern[str]) -> list[str]:
        """As written, else without one suffix, else without two: 东村村委会 is 东村."""
        short = suffix.sub("", name) or name
        shorter = suffix.sub("", short) or short
        return self.whole.get(name) or self.whole.get(short) or self.stem.get(short) or self.stem.get(shorter) or []


class AreaIndex:
    """The area tree prepared for look-ups; remembers what it was asked."""

    def __init__(self, areas: Iterable[AreaNode]) -> None:
        self._nodes = {node.code: node for node in areas}
        self._above = [_key(node.name) for node in self._nodes.values() if not node.is_town and not node.is_village]
        self._counties = {code[:6] for code in self._nodes if code[4:6] != "00"}
        self._towns = _Names()
        self._villages: dict[str, _Names] = defaultdict(_Names)
        self._everywhere = _Names()
        for node in self._nodes.values():
            if node.is_town:
                self._towns.add(_key(node.name), node.code, _TOWN_SUFFIX)
            elif node.is_village:
                self._villages[node.code[:9]].add(_key(node.name), node.code, _VILLAGE_SUFFIX)
                self._everywhere.add(_key(node.name), node.code, _VILLAGE_SUFFIX)
        self._known: dict[tuple[str, str], str | CellError] = {}

    def name(self, code: str) -> str:
        return self._nodes[code].name if code in self._nodes else code

    def by_code(self, cell: Cell) -> str | None:
        """The village (or a town without villages) of a 12-digit code; None when empty."""
        shown = plain(cell)
        if not shown:
            return None
        code = shown if len(shown) == 12 else shown.ljust(12, "0") if len(shown) == 9 else ""
        node = self._nodes.get(code)
        if node is None:
            raise CellError(reason("roster.place.unknown_code", text=shown[:20]))
        return self._lowest(node)

    def by_name(self, town: Cell, village: Cell) -> str:
        """The 12-digit code. CellError where a name is not in the tree or stands for several places."""
        asked = (_key(text(town)), _key(text(village)))
        if asked not in self._known:
            try:
                self._known[asked] = self._find(*asked)
            except CellError as why:
                self._known[asked] = why
        found = self._known[asked]
        if isinstance(found, CellError):
            raise CellError(found.why)
        return found

    def known(self, code: str) -> str:
        """A code of the tree, also without its last zeros; empty where it names none, or nothing as small as a town."""
        node = self._nodes.get(code.ljust(12, "0")) if len(code) in (9, 12) else None
        return node.code if node and (node.is_town or node.is_village) else ""

    def is_elsewhere(self, code: str) -> bool:
        """A code of another county than those of the tree."""
        return len(code) in (6, 9, 12) and bool(self._nodes) and code[:6] not in self._counties

    def any_level(self, town: Cell, village: Cell, address: str) -> str:
        """The village, or where only the town is known its code, of what columns or an address say; empty where it is not to be told."""
        tries: list[tuple[Cell, Cell]] = [(town, village)] if town or village else []
        for pair in (*tries, *([("", address)] if address else [])):
            try:
                return self.by_name(*pair)
            except CellError:
                continue
        for words in (text(town), text(village), address):
            if words and (found := self._one_town(words)):
                return found
        return ""

    def _one_town(self, words: str) -> str | None:
        shown = _key(words)
        found = {codes[0] for name, codes in self._towns.whole.items() if name in shown and len(codes) == 1}
        found = found or set(self._towns.find(self._without_county(shown), _TOWN_SUFFIX))
        return found.pop() if len(found) == 1 else None

    def town_in(self, words: str) -> str | None:
        """The one town whose full name stands in a title or a sheet's name."""
        code = self._one_town(words) if _key(words) else None
        return self._nodes[code].name if code else None

    def _lowest(self, node: AreaNode) -> str:
        if node.is_village or (node.is_town and node.code[:9] not in self._villages):
            return node.code
        raise CellError(reason("roster.place.not_a_village", name=node.name))

    def _find(self, town: str, village: str) -> str:
        town, village = self._without_county(town), self._without_county(village)
        code = self._town(town) if town else self._leading_town(village)
        if code is None:
            return self._anywhere(village)
        village = self._without_town(village, code)
        if not village:
            return self._only_the_town(code)
        found = self._village(self._villages[code[:9]], village) if code[:9] in self._villages else []
        if len(found) != 1:
            why = "roster.place.unknown_village" if not found else "roster.place.ambiguous_village"
            raise CellError(reason(why, town=self.name(code), village=village[:40]))
        return found[0]

    def _town(self, town: str) -> str:
        found = self._towns.find(town, _TOWN_SUFFIX)
        if not found:
            found = [codes[0] for name, codes in self._towns.whole.items() if town.startswith(name) and len(codes) == 1]
        if len(found) != 1:
            why = "roster.place.unknown_town" if not found else "roster.place.ambiguous_town"
            raise CellError(reason(why, town=town[:40]))
        return found[0]

    def _leading_town(self, village: str) -> str | None:
        """城关镇东村 in one cell."""
        found = [codes[0] for name, codes in self._towns.whole.items() if village.startswith(name) and len(codes) == 1]
        return found[0] if len(found) == 1 and village not in self._everywhere.whole else None

    def _without_town(self, village: str, town_code: str) -> str:
        town = _key(self.name(town_code))
        if village in self._villages[town_code[:9]].whole or not village.startswith(town):
            return village
        return village[len(town) :]

    def _without_county(self, name: str) -> str:
        for above in self._above:
            if above and name.startswith(above) and name != above:
                name = name[len(above) :]
        return name

    def _only_the_town(self, code: str) -> str:
        if self._villages.get(code[:9]):
            raise CellError(reason("roster.place.no_village"))
        return code

    def _anywhere(self, village: str) -> str:
        found = self._village(self._everywhere, village) if village else []
        if not village:
            raise CellError(reason("roster.place.empty"))
        if len(found) != 1:
            why = "roster.place.village_needs_town" if found else "roster.place.unknown_village_anywhere"
            raise CellError(reason(why, village=village[:40]))
        return found[0]

    @staticmethod
    def _village(names: _Names, village: str) -> list[str]:
        found = names.find(village, _VILLAGE_SUFFIX)
        if found:
            return found
        longest = ""
        for name in names.whole:
            if village.startswith(name) and len(name) > len(longest) and _BELOW_VILLAGE.fullmatch(village[len(name) :]):
                longest = name
        return names.whole[longest] if longest else []


def _key(name: str) -> str:
    return re.sub(r"[\s()\-—、,/·]", "", unicodedata.normalize("NFKC", name))
