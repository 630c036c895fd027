"""A made corpus of citizens' messages with the incident each belongs to: seeded, the same for everyone.

It has what makes real ones hard: colloquial and misspelt text, places in words, by coordinates in three datums or
not at all, one sender calling again, one text copied to another place, the same kind of thing at the same place on
another day or at a neighbouring place at the same time, another kind of thing at the same place within the hour.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tidehub.kernel.datums import Datum, from_wgs84

START = datetime(2026, 3, 2, tzinfo=UTC)
LON, LAT = 120.62, 27.99
M = 111_195.0
FIRST = "东南西北上下新金银青白云龙凤梅兰竹菊松柏江河湖海山林春夏秋冬文武仁义礼信德和平安康宁永福禄寿长丰盛泰华"
SECOND = "汇桥塘溪浦湾港源泉岭岗坪坡堂亭阁苑庄屿洲岸阳明辉煌兴旺达通顺昌荣华美景秀丽清雅静逸心怡园芳菲霞虹"
ROAD_ENDS, ESTATE_ENDS = ("路", "街", "大道", "巷", "路", "路"), ("小区", "花园", "公寓", "家园", "新村", "苑", "名邸")
SITE_ENDS = ("广场", "菜市场", "大厦", "中学", "小学", "医院", "公园", "超市", "购物中心", "地铁站", "酒店", "大桥")
HOMOPHONES = {"路": "陆", "园": "圆", "苑": "院", "汇": "会", "桥": "乔", "塘": "堂", "溪": "西", "湾": "弯", "明": "名", "兴": "星",  # noqa: E501
              "华": "花", "景": "井", "泉": "全", "安": "按", "宁": "凝", "辉": "晖", "阳": "洋", "在": "再", "的": "得", "吵": "炒",  # noqa: E501
              "摊": "滩", "堵": "赌", "很": "狠", "没": "末", "坏": "怀", "漏": "露", "管": "馆", "座": "坐"}  # fmt: skip  # noqa: E501
VEHICLES = [
    "白色轿车",
    "黑色轿车",
    "红色面包车",
    "蓝色货车",
    "银色SUV",
    "黄色出租车",
    "红色电动车",
    "灰色三轮车",
    "白色面包车",
    "黑色越野车",
]
COUNTS = ["两三个", "四五个", "七八个", "十几个", "好几个", "一排", "一大堆", "几个"]

# code: (category as systems write it, minutes it lasts, metres it spreads, what, effects)
KINDS: dict[str, tuple[list[str], float, float, list[str], list[str]]] = {
    "vendor": (["占道经营", "市容-流动摊贩", "流动摊贩", "街面秩序"], 110, 35,
        ["有{n}摆摊的把人行道占满了", "一帮小贩在这摆地摊", "流动摊贩又聚在一块儿了，卖水果卖烧烤的都有", "卖烤串的推车排了一排", "好多三轮车停着卖菜",  # noqa: E501
         "摊子从路边摆到了路中间", "小商贩占着道做生意", "几家水果摊占道", "晚上摆摊的越来越多", "AI识别：流动摊贩聚集，约{d}人"],  # noqa: E501
        ["根本没法走路", "小孩子只能走机动车道", "油烟呛人，地上全是竹签", "车都过不去", "吆喝声不断"]),
    "accident": (["交通事故", "事故", "道路交通"], 35, 40,
        ["{v}和{w}撞了", "出车祸了，{v}追尾{w}", "刚看到{v}把{w}撞倒了", "{v}跟{w}剐蹭，两个司机在吵", "有交通事故，{v}撞{w}", "{v}撞上{w}了人躺在地上"],  # noqa: E501
        ["后面堵成一条龙", "好像有人受伤", "快来交警", "车还停在路中间", "地上都是玻璃渣"]),
    "parking": (["违法停车", "机动车乱停放", "违停"], 150, 30,
        ["{v}停在消防通道上", "一辆{v}违停挡住出口", "{v}乱停，我的车出不来", "路边违章停车一长串", "{v}堵在门口不挪车", "有人把{v}停在人行道上"],  # noqa: E501
        ["打电话也没人接", "万一着火怎么办", "推婴儿车过不去", "每天都这样"]),
    "noise_life": (["噪声扰民", "社会生活噪声", "噪音"], 120, 90,
        ["跳广场舞的音响开得震天响", "KTV唱歌吵到半夜", "楼下酒吧低音炮咚咚咚", "有人拿大喇叭唱歌", "一群人喝酒划拳大声喧哗", "音响声音太大", "卡拉OK鬼哭狼嚎"],  # noqa: E501
        ["老人心脏受不了", "孩子没法写作业", "根本睡不着", "明天还要上班", "关了窗都听得到"]),
    "noise_site": (["施工噪声", "夜间施工", "噪声扰民"], 60 * 24 * 4, 120,
        ["工地半夜还在打桩", "夜里十二点了挖机还在干活", "工地通宵浇混凝土", "施工队凌晨还在切割钢筋", "工地机器轰隆隆一晚上", "夜间违规施工"],  # noqa: E501
        ["一家老小都没睡好", "窗户都在震", "高三学生要高考了", "连着几天了"]),
    "leak": (["供水管网", "水管爆裂", "自来水"], 60 * 9, 35,
        ["自来水管爆了，水喷得老高", "路面一直往外冒水", "地下水管裂了水哗哗流", "水管爆裂，马路成河了", "路边消防栓旁边漏水很大", "管子破了一直跑水"],  # noqa: E501
        ["浪费太大了", "家里都没水压了", "车开过溅一身", "路面都快泡塌了"]),
    "road": (["道路破损", "市政设施", "路面坑洼"], 60 * 24 * 15, 25,
        ["路面有个大坑", "马路坑坑洼洼", "沥青塌了一块", "路上的坑越来越深", "路面破损严重露出石子", "人行道地砖翘起来了"],  # noqa: E501
        ["电瓶车摔了好几个", "车胎都颠爆了", "晚上看不见容易出事", "下雨积水看不出深浅"]),
    "manhole": (["井盖", "井盖缺失", "市政设施"], 60 * 24 * 3, 15,
        ["窨井盖不见了", "井盖破了个洞", "路中间的井盖翘起来", "井盖松动车一过咣当响", "少了个井盖，下面很深"],
        ["太危险了", "差点掉下去", "有人用树枝插着", "小孩天天从这走"]),
    "light": (["路灯故障", "路灯", "照明"], 60 * 24 * 8, 60,
        ["路灯全不亮", "一排路灯都黑了", "路灯坏了好几盏", "晚上黑灯瞎火", "路灯一闪一闪的", "整条路没一盏灯亮"],
        ["女同志下夜班害怕", "摔过人了", "打着手电走", "都好几天了"]),
    "rubbish": (["垃圾堆积", "环境卫生", "暴露垃圾"], 60 * 24 * 2, 30,
        ["垃圾堆成山没人收", "垃圾桶满出来了", "建筑垃圾倒在路边", "有人乱倒装修垃圾", "生活垃圾几天没运走", "旧沙发床垫扔了一地"],  # noqa: E501
        ["苍蝇满天飞", "臭得不行", "老鼠到处跑", "影响市容"]),
    "sewage": (["污水外溢", "下水道堵塞", "排水"], 60 * 24 * 2, 30,
        ["下水道堵了粪水流出来", "污水从井里往外冒", "化粪池满了往外溢", "厕所反水，污水横流", "排污管堵塞路上都是脏水"],  # noqa: E501
        ["臭气熏天", "没地方下脚", "一楼住户家里都进水了"]),
    "fire": (["火情", "消防", "突发事件"], 45, 110,
        ["着火了，黑烟滚滚", "好大的烟，像是起火了", "有火光冒出来", "楼上烧起来了", "仓库那边起火", "看到明火浓烟"],
        ["快叫消防", "不知道有没有人", "都能闻到焦味", "消防车还没到"]),
    "tree": (["树木倒伏", "园林绿化"], 60 * 12, 25,
        ["一棵大树倒了横在路上", "树枝断了砸在车上", "行道树被风刮倒", "大树歪了快倒了", "树倒下来压着电线"],
        ["车子过不去", "随时要掉下来", "挡住非机动车道"]),
    "fumes": (["油烟扰民", "异味", "大气污染"], 60 * 24 * 6, 70,
        ["楼下饭店油烟直接排到家里", "一股刺鼻的怪味", "烧烤店油烟熏得睁不开眼", "闻到塑料烧焦一样的臭味", "厂里排废气味道难闻"],  # noqa: E501
        ["窗户不敢开", "孩子一直咳嗽", "晚上最严重"]),
    "estate": (["房产纠纷", "物业管理", "城乡建设"], 60 * 24 * 20, 60,
        ["开发商延期交房一年多了还不给说法", "物业乱收停车费，不交就不让进", "买的房子漏水严重，墙面开裂，开发商推诿", "房产证拖了三年办不下来",  # noqa: E501
         "物业不作为，电梯天天坏", "售楼时承诺的学校变成了商铺，虚假宣传", "强制捆绑销售车位，不买车位不让签合同"],
        ["几百户业主维权无门", "我们掏空六个钱包买的房", "业主群里都炸了", "去售楼部找过多次没人理"]),
    "wages": (["拖欠工资", "劳动保障"], 60 * 24 * 20, 60,
        ["拖欠我们农民工工资半年", "老板跑路工资没发", "包工头欠薪不给", "干了三个月活一分钱没拿到", "厂里拖欠工资社保也停了"],  # noqa: E501
        ["家里等米下锅", "几十个工友", "劳动局去过了", "快过年了"]),
    "dog": (["犬只管理", "流浪犬"], 60 * 4, 80,
        ["几条流浪狗追着人跑", "有人遛大狗不牵绳", "野狗咬伤人了", "一群野狗在垃圾桶边", "大型犬没拴绳子扑人"],
        ["小朋友吓哭了", "不敢下楼", "太吓人了"]),
    "order": (["治安", "打架斗殴"], 30, 40,
        ["有人打架，{n}人打在一起", "喝醉酒的在闹事砸东西", "两伙人动手打起来了", "有个男的拿棍子打人", "吵架吵得要动手了"],  # noqa: E501
        ["快派人来", "围了一圈人", "有人头破了"]),
    "flood": (["道路积水", "内涝"], 60 * 5, 120,
        ["积水到膝盖了", "下雨路上全是水车子熄火", "地下通道淹了", "积水太深过不去", "雨水排不下去，店里都进水了"],
        ["电瓶车推着走", "再下就要进屋了", "有车泡在里面"]),
    "bike": (["非机动车乱停", "共享单车"], 60 * 8, 40,
        ["共享单车堆得到处都是", "电动车把盲道全占了", "共享单车倒了一片", "非机动车乱停堵住门口"],
        ["走路都要绕", "没人来收", "老人轮椅进不去"]),
}  # fmt: skip
ASKS = [
    "麻烦尽快处理",
    "请有关部门管一管",
    "没人管吗",
    "赶紧来看看",
    "请相关部门核实",
    "望处理，谢谢",
    "谁来管管啊",
    "急急急",
    "",
    "",
    "",
    "",
    "",
]
OPENS = [
    "您好，",
    "市民来电反映：",
    "我要投诉，",
    "你好，我想反映一下，",
    "",
    "",
    "",
    "",
    "来电人称",
    "喂你好，",
    "领导好，",
    "反映：",
]
AGAINS = [
    "还没人来，",
    "刚才打过电话了，",
    "我上午报过，到现在没动静，",
    "再催一下，",
    "怎么还没处理，",
    "前面反映过的，",
]


@dataclass
class World:
    """Roads, estates and sites of a made town."""

    rng: random.Random
    roads: list[tuple[str, float, float, float]] = field(default_factory=list)
    spots: list[tuple[str, float, float, str]] = field(default_factory=list)

    def build(self) -> None:
        """Draw the town: 10 km across, names with two characters and an ending."""
        used: set[str] = set()

        def name(ends: tuple[str, ...]) -> str:
            while True:
                made = self.rng.choice(FIRST) + self.rng.choice(SECOND) + self.rng.choice(ends)
                if made[:3] not in used:
                    used.add(made[:3])
                    return made

        for _ in range(40):
            x, y = self.rng.uniform(-5000, 5000), self.rng.uniform(-5000, 5000)
            self.roads.append((name(ROAD_ENDS), x, y, self.rng.uniform(0, math.pi)))
        for ends, count in ((ESTATE_ENDS, 45), (SITE_ENDS, 45)):
            for _ in range(count):
                road = self.rng.choice(self.roads)
                along = self.rng.uniform(-900, 900)
                x = road[1] + along * math.cos(road[3]) + self.rng.uniform(-50, 50)
                y = road[2] + along * math.sin(road[3]) + self.rng.uniform(-50, 50)
                self.spots.append((name(ends), x, y, road[0]))


@dataclass
class Incident:
    """One true thing that happened."""

    number: int
    kind: str
    at: datetime
    x: float
    y: float
    names: list[str]
    detail: dict[str, str]
    what: list[str]


def make_corpus(seed: int, incidents: int = 160) -> list[dict[str, Any]]:
    """Make the rows of one corpus: columns of the handbook, and ``incident``."""
    rng = random.Random(seed)
    world = World(rng)
    world.build()
    found: list[Incident] = []
    while len(found) < incidents:
        if found and rng.random() < 0.45:
            made = _hard_neighbour(rng, world, rng.choice(found), len(found))
        else:
            at = START + timedelta(minutes=rng.uniform(0, 60 * 24 * 30))
            made = _incident(rng, world, len(found), rng.choice(list(KINDS)), at, None)
        if not any(_is_the_same(made, other) for other in found):
            found.append(made)
    rows: list[dict[str, Any]] = []
    for incident in found:
        rows += _reports(rng, incident)
    rows += _copies(rng, world, rows, len(found))
    rows.sort(key=lambda row: row["time"])
    for number, row in enumerate(rows, 1):
        row["id"] = f"R{number:05d}"
    return rows


def _is_the_same(a: Incident, b: Incident) -> bool:
    """Whether two drawn things would be one in the world: the same kind, side by side, while the other lasts."""
    lasts_min = KINDS[a.kind][1]
    between_min = abs((a.at - b.at).total_seconds()) / 60
    return a.kind == b.kind and math.hypot(a.x - b.x, a.y - b.y) < 250 and between_min < lasts_min + 30


def _incident(rng: random.Random, world: World, number: int, kind: str, at: datetime, spot: Any) -> Incident:
    name, x, y, road = spot or rng.choice(world.spots)
    a, b = rng.sample(VEHICLES, 2)
    detail = {"v": a, "w": b, "n": rng.choice(COUNTS), "d": str(rng.randint(4, 15)), "house": str(rng.randint(1, 400)),
              "building": str(rng.randint(1, 30))}  # fmt: skip
    what = rng.sample(KINDS[kind][3], min(len(KINDS[kind][3]), rng.choice([2, 3, 4, 6])))
    if kind in ("estate", "wages"):
        what = what[:1]
    return Incident(number, kind, at, x + rng.gauss(0, 15), y + rng.gauss(0, 15), [name, road], detail, what)


def _hard_neighbour(rng: random.Random, world: World, near: Incident, number: int) -> Incident:
    """Something else that is easily taken for the same."""
    spot = next(s for s in world.spots if s[0] == near.names[0])
    way = rng.choice(["other_kind", "later_day", "neighbour", "hour_later"])
    lasts = timedelta(minutes=KINDS[near.kind][1])
    if way == "other_kind":
        kind = rng.choice([k for k in KINDS if k != near.kind])
        return _incident(rng, world, number, kind, near.at + timedelta(minutes=rng.uniform(-60, 60)), spot)
    if way == "later_day":
        gap = lasts * 2 + timedelta(hours=rng.uniform(20, 100)) if lasts < timedelta(days=1) else lasts * 3
        return _incident(rng, world, number, near.kind, near.at + gap, spot)
    if way == "hour_later" and near.kind in ("accident", "order", "parking"):
        return _incident(rng, world, number, near.kind, near.at + lasts + timedelta(minutes=rng.uniform(45, 120)), spot)
    away = [s for s in world.spots if 300 < math.hypot(s[1] - spot[1], s[2] - spot[2]) < 1500]
    other = rng.choice(away or world.spots)
    return _incident(rng, world, number, near.kind, near.at + timedelta(minutes=rng.uniform(-40, 40)), other)


def _reports(rng: random.Random, incident: Incident) -> list[dict[str, Any]]:
    categories, lasts, spread, _, _ = KINDS[incident.kind]
    count = rng.choices([1, 2, 3, 4, 6, 9], [32, 24, 18, 12, 9, 5])[0]
    rows: list[dict[str, Any]] = []
    for _ in range(count):
        again = bool(rows) and rng.random() < 0.12
        base = rng.choice(rows) if again else None
        source = (
            base["source"]
            if base
            else rng.choices(
                ["app", "hotline", "camera", "patrol", "wechat"],
                [34, 36, 10 if incident.kind == "vendor" else 1, 10, 12],
            )[0]
        )
        minutes = min(lasts, rng.expovariate(1 / (lasts * 0.35)))
        x, y = incident.x + rng.gauss(0, spread * 0.6), incident.y + rng.gauss(0, spread * 0.6)
        gps = {"camera": 12.0, "app": 25.0, "patrol": 10.0, "wechat": 40.0, "hotline": 70.0}[source]
        has_point = rng.random() < {"camera": 1.0, "app": 0.85, "patrol": 0.97, "wechat": 0.5, "hotline": 0.3}[source]
        if again:
            text, has_point = rng.choice(AGAINS) + _text(rng, incident, True), has_point and rng.random() < 0.5
        else:
            text = _text(rng, incident, not has_point or rng.random() < 0.6)
        row = {
            "time": incident.at + timedelta(minutes=minutes), "text": text, "source": source,
            "category": _category(rng, categories), "incident": f"I{incident.number}",
            "reporter": base["reporter"] if base else f"u{rng.randrange(10**9)}",
        }  # fmt: skip
        row.update(_point(rng, x + rng.gauss(0, gps * 0.7), y + rng.gauss(0, gps * 0.7), has_point))
        rows.append(row)
    return rows


def _category(rng: random.Random, categories: list[str]) -> str:
    draw = rng.random()
    if draw < 0.12:
        return ""
    if draw < 0.16:
        return rng.choice(KINDS[rng.choice(list(KINDS))][0])
    return rng.choice(categories)


def _point(rng: random.Random, x: float, y: float, has_point: bool) -> dict[str, Any]:
    if not has_point:
        return {"lat": "", "lon": "", "datum": ""}
    lat = LAT + y / M
    lon = LON + x / (M * math.cos(math.radians(LAT)))
    datum = rng.choices([Datum.WGS84, Datum.GCJ02, Datum.BD09], [60, 30, 10])[0]
    lon, lat = from_wgs84(lon, lat, datum)
    return {"lat": round(lat, 6), "lon": round(lon, 6), "datum": str(datum)}


def _text(rng: random.Random, incident: Incident, with_place: bool) -> str:
    what = rng.choice(incident.what).format(**incident.detail)
    effects = KINDS[incident.kind][4]
    place = _place(rng, incident) if with_place else rng.choice(["", "", "这边", "我家楼下", "门口这里", "路边"])
    parts = [f"{place}{what}"] if rng.random() < 0.75 else [what, f"就在{place}" if place else ""]
    if rng.random() < 0.55:
        parts.insert(rng.choice([1, len(parts)]), rng.choice(effects))
    parts.append(rng.choice(ASKS))
    text = rng.choice(OPENS) + rng.choice(["，", "，", "。", " ", "！"]).join(part for part in parts if part)
    return _misspell(rng, text)


def _place(rng: random.Random, incident: Incident) -> str:
    name, road = incident.names
    short = name
    return rng.choice(
        [f"{name}", f"{road}{name}", f"{name}门口", f"{name}旁边", f"{road}靠近{name}", f"{name}附近", f"在{name}这里",
         f"{road}{incident.detail['house']}号{name}", f"{short}东门" if rng.random() < 0.2 else f"{name}对面", f"{road}和{name}那一段"]  # noqa: E501
    )  # fmt: skip


def _misspell(rng: random.Random, text: str) -> str:
    characters = list(text)
    for at, character in enumerate(characters):
        draw = rng.random()
        if draw < 0.012 and character in HOMOPHONES:
            characters[at] = HOMOPHONES[character]
        elif draw > 0.997:
            characters[at] = ""
        elif draw > 0.995:
            characters[at] = character * 2
    return "".join(characters)


def _copies(rng: random.Random, world: World, rows: list[dict[str, Any]], first: int) -> list[dict[str, Any]]:
    """The same words used for another place: a form letter is no evidence of one incident."""
    made = []
    plain = [
        row
        for row in rows
        if row["lat"] != "" and not any(name[0] in row["text"] for name in (*world.spots, *world.roads))
    ]
    for number, row in enumerate(rng.sample(plain, min(len(plain), len(rows) // 25))):
        x, y = rng.uniform(-5000, 5000), rng.uniform(-5000, 5000)
        made.append({**row, "incident": f"I{first + number}", "reporter": f"u{rng.randrange(10**9)}",
                     "time": row["time"] + timedelta(minutes=rng.uniform(2, 300)), **_point(rng, x, y, True)})  # fmt: skip  # noqa: E501
    return made
