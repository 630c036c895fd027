"""Where a message is about, from its own words: names, addresses, buildings, gates, plates.

A deployer's list of places (:class:`Gazetteer`) is looked up first; what it does not know is found by the
endings that Chinese place names have (路 街 小区 广场 …). A name found by its ending has no sure beginning
(“我家在上汇路” – 上汇路? 在上汇路?), so names are compared by their *key*: the ending and the two
characters before it. Cost: one pass over the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from tidehub.methods.text.grams import fold, sounds_alike

Kind = Literal["road", "estate", "site", "division"]

_ENDINGS: dict[Kind, str] = {
    "road": "路口|大道|大街|公路|高架|隧道|立交桥|大桥|路|街|巷|弄|桥|胡同",
    "estate": "小区|花园|花苑|公寓|新村|家园|家苑|名邸|名苑|佳苑|雅苑|嘉园|锦园|华庭|豪庭|华府|公馆|山庄|社区|新城|新居|湾区|"  # noqa: E501
    "滨河苑|苑|府|湾|庭|邸|村",
    "site": "农贸市场|菜市场|批发市场|综合体|购物中心|体育馆|体育中心|文化宫|图书馆|博物馆|火车站|高铁站|汽车站|地铁站|公交站|"  # noqa: E501
    "加油站|幼儿园|工业园|产业园|科技园|物流园|搅拌站|卫生院|广场|大厦|市场|菜场|商场|超市|商城|学校|中学|小学|一中|"
    "二中|三中|大学|学院|医院|公园|酒店|宾馆|饭店|码头|工地|水厂|工厂|公司|中心|银行|车站|站|城|园|厂|港|馆",
    "division": "街道|乡|镇|区|县",
}
_KIND_OF = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split("|")}
_ENDING = re.compile("|".join(sorted(_KIND_OF, key=len, reverse=True)))
_RUN = re.compile(r"[0-9a-z\u4e00-\u9fff]+")
# Words that end like a place and are none.
_NOT_NAMES_TEXT = (
    "一个工地|一站|一路|一道|上街|上路|下水道|中学|中心|主干道|主路|主道|乡镇|人行道|"
    "住在城|住宅区|供电公司|便道|保险公司|修路|停车场|健身中心|全城|全村|公交公司|公交站|"
    "公司|公园|公寓|公路|养殖场|写字楼|农村|农贸市场|出路|加油站|劳务公司|区区|医院|"
    "十字路口|半路|县区|县城|变电站|味道|哪里|商业区|商场|园区|地区|地铁站|垃圾厂|垃圾站|"
    "城区|城里|培训中心|堵路|夜里|大厦|大学|大桥|大桥路口|大楼|大街|大超市|大路|天桥|学区|"
    "学校|家园|家里|小区|小区里|小学|小巷|小桥|小街|小路|居民区|居民楼|屋里|岔路|工业区|"
    "工业园|工厂|工地|市中心|市区|市场|市政府|幼儿园|广场|应急车道|建筑公司|建筑工地|开发区|"
    "开发商公司|快车道|思路|慢车道|我们公司|我们小区|我区|我小区|我村|房地产公司|手里|"
    "投资公司|报道|排水管道|搅拌站|政府|教学楼|整个小区|新城|新闻中心|施工工地|景区|有限公司|"
    "服务中心|服务区|本区|本小区|本村|机动车道|村里|果园|校区|校园|楼|楼上|楼下|步道|"
    "水泥厂|水管道|水里|污水厂|汽车站|河里|沿路|消防通道|火车站|燃气公司|片区|物业公司|现场|"
    "生活区|电路|盲道|省政府|知道|码头|社区|管道|线路|绿道|网站|网路|自来水公司|自来水厂|"
    "花园|菜场|菜市场|街道|装修公司|让路|该公司|该小区|贷款公司|走路|超市|跑道|路口|路路|"
    "车站|车道|轨道|辅路|辅道|辖区|过路|过道|这个小区|这家公司|这里|进城|迷路|通道|逛街|"
    "道路|那里|郊区|酒店|里里|铁路|银行|门口|问路|非机动车|非机动车道|饭店|马路|高楼"
)
_NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split("|"))
# A core with one of these is a piece of a sentence (“…停在路…”, “…没法走路…”), not a name.
_IN_SENTENCES = re.compile(
    "[在到了的是这那没不有被把着很太再就都也还又人我你他她它们出过进让得给走倒占堵挡晚夜哪么吗呢啊吧，一下称吃喝修停]"
)
_NUMBERED = re.compile(r"^(?:\d+号|号|\d+弄)+")
_LEADING = re.compile(
    "^(?:位于|住在|家住|就在|正在|站在|开到|走到|来到|路过|经过|发生在|出现在|停在|堆在|倒在|在|到|去|从|往|跟|与|及|沿|"
    "来电人称|人称|称|我们家|我们|我家|我|你们|他们|咱|这个|那个|这边|那边|这|那|有个|有人|是|的|了|叫|说|"
    "靠近|临近|靠|近|对面|隔壁|边上|旁边|附近|后面|前面|门前|门口|楼下|整条|整个|全|每天|每晚|晚上|早上|下午|上午|中午|凌晨|"
    "昨晚|今早|今晚|半夜|市民|居民|业主|反映|投诉|请问|关于|大家|很多|好多|一直|就|也|又|还|都|把|被|让)+"
)
_JOINERS = re.compile("和|与|跟|同|及|、|到|至|交叉|交汇|交界|之间|的|在|往|从|对面|旁边|附近|隔壁")
_HOUSE = re.compile(r"(\d{1,5})号(?!楼|线|院|门|院|公馆|馆|厅|机|车|晚|早|下|上|中|开|停|当|就|到)")
_BUILDING = re.compile(r"(\d{1,3}|[a-z]\d{0,2}|[一二三四五六七八九十]{1,3})(?:栋|幢|号楼|座)")
_UNIT = re.compile(r"(\d{1,2}|[一二三四五六七八九十])单元")
_ROOM = re.compile(r"(?<!\d)(\d{3,4})(?:室|房)")
_GATE = re.compile("([东南西北]|正)(?:大)?门")
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(rf"[{PROVINCES}][a-z][·. ]?[a-z0-9]{{4,5}}[a-z0-9挂学警]")
_ANONYMOUS = re.compile(r"(?<![a-z0-9])([a-z]\d{0,3}[市区县镇])")
_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_CORE = 2
_CORE_MAX = 5
GENERIC = _NOT_NAMES


@dataclass(frozen=True)
class PlaceName:
    """A name in a text: as written (folded), what kind, and the key by which it is compared."""

    text: str
    kind: Kind
    key: str
    start: int = 0
    known: bool = False
    """Whether the deployer's list of places has it."""


@dataclass(frozen=True)
class PlacesInText:
    """All that a text says about where, and whose car."""

    names: tuple[PlaceName, ...] = ()
    houses: frozenset[str] = frozenset()
    buildings: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()
    gates: frozenset[str] = frozenset()
    plates: frozenset[str] = frozenset()
    divisions: frozenset[str] = frozenset()

    @property
    def address(self) -> str:
        """The most telling address of the text: names in order, then house, building, unit; may be empty."""
        parts = [name.text for name in self.names[:3]]
        parts += [f"{house}号" for house in sorted(self.houses)[:1]]
        parts += [f"{building}栋" for building in sorted(self.buildings)[:1]]
        parts += [f"{unit}单元" for unit in sorted(self.units)[:1]]
        return "".join(parts)


@dataclass
class Gazetteer:
    """The deployer's own list of places: name to WGS 84 position, looked up longest first.

    Parameters
    ----------
    places
        ``(name, lon, lat)``; position in WGS 84 degrees.
    """

    places: Iterable[tuple[str, float, float]] = ()
    positions: dict[str, tuple[float, float]] = field(default_factory=dict)
    _by_first: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the names by their first character, longest first."""
        for name, lon, lat in self.places:
            folded = fold(name).replace(" ", "")
            if len(folded) >= 2:
                self.positions[folded] = (lon, lat)
        for name in self.positions:
            self._by_first.setdefault(name[0], []).append(name)
        for names in self._by_first.values():
            names.sort(key=len, reverse=True)

    def find(self, text: str) -> list[tuple[int, str]]:
        """Names of the list in a folded text, longest first at each place, none inside another."""
        found, at = [], 0
        while at < len(text):
            for name in self._by_first.get(text[at], ()):
                if text.startswith(name, at):
                    found.append((at, name))
                    at += len(name) - 1
                    break
            at += 1
        return found


def find_places(text: str, gazetteer: Gazetteer | None = None) -> PlacesInText:
    """Find what a message says about its place.

    Parameters
    ----------
    text
        As sent.
    gazetteer
        The deployer's places; their names win over what the endings suggest.

    Returns
    -------
    PlacesInText
        Names in order of the text, each once; numbers of houses, buildings, units, rooms; gates; plates;
        divisions, also the letters that anonymised sets use (“a3区”).
    """
    folded = fold(text)
    names = [_known(at, name) for at, name in gazetteer.find(folded)] if gazetteer else []
    taken = [(name.start, name.start + len(name.text)) for name in names]
    for run in _RUN.finditer(folded):
        names += [n for n in _by_ending(run.group(), run.start()) if not _inside(n, taken)]
    once = {name.key: name for name in reversed(sorted(names, key=lambda n: n.start))}
    local = [name for name in reversed(once.values()) if name.kind != "division"]
    divisions = {name.text for name in once.values() if name.kind == "division"}
    return PlacesInText(
        names=tuple(local),
        houses=frozenset(_HOUSE.findall(folded)),
        buildings=frozenset(b.translate(_DIGITS) for b in _BUILDING.findall(folded)),
        units=frozenset(u.translate(_DIGITS) for u in _UNIT.findall(folded)),
        rooms=frozenset(_ROOM.findall(folded)),
        gates=frozenset(_GATE.findall(folded)),
        plates=frozenset(re.sub(r"[·. ]", "", plate) for plate in _PLATE.findall(folded)),
        divisions=frozenset(divisions | set(_ANONYMOUS.findall(folded))),
    )


def same_name(a: PlaceName, b: PlaceName) -> float:
    """How surely two names are one: 1 for the same key, 0.7 for one typed by its sound, else 0."""
    if a.key == b.key:
        return 1.0
    if len(a.key) != len(b.key) or a.key[_CORE:] != b.key[_CORE:] or a.kind == "division":
        return 0.0
    differing = [(x, y) for x, y in zip(a.key, b.key, strict=True) if x != y]
    return 0.7 if len(differing) == 1 and sounds_alike(*differing[0]) else 0.0


def _known(at: int, name: str) -> PlaceName:
    found = list(_ENDING.finditer(name))
    ending = found[-1].group() if found and found[-1].end() == len(name) else ""
    key = name[-len(ending) - _CORE :] if ending and len(name) >= len(ending) + _CORE else name
    return PlaceName(name, _KIND_OF.get(ending, "site"), key, at, known=True)


def _inside(name: PlaceName, taken: list[tuple[int, int]]) -> bool:
    return any(start < name.start + len(name.text) and name.start < end for start, end in taken)


def _by_ending(run: str, offset: int) -> Iterable[PlaceName]:
    """Names of one run of characters; a name starts after the one before it."""
    since = 0
    for found in _ENDING.finditer(run):
        ending, end = found.group(), found.end()
        head = run[max(since, found.start() - _CORE_MAX) : found.start()]
        joined = list(_JOINERS.finditer(head))
        while joined:  # 和平路 keeps its 和: a joiner cuts only when enough of a name is left behind it
            last = joined.pop()
            if len(head) - last.end() >= _CORE:
                head = head[last.end() :]
                break
        core = _LEADING.sub("", head)
        if len(core) < _CORE:
            core = head[-_CORE:] if len(head) >= _CORE and _LEADING.sub("", head[-_CORE:]) == head[-_CORE:] else core
        core = _NUMBERED.sub("", core)
        name = core + ending
        follows = _ENDING.match(run, end)
        if follows and _KIND_OF[follows.group()] != "estate":  # 公园路, 松园大桥: the last ending names the thing
            continue
        if len(core) < _CORE or name in _NOT_NAMES or core[-_CORE:] + ending in _NOT_NAMES or core.isdigit():
            continue
        if _IN_SENTENCES.search(core[-_CORE:]):
            continue
        since = end
        yield PlaceName(name, _KIND_OF[ending], core[-_CORE:] + ending, offset + end - len(name))
