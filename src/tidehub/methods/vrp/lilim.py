"""Read Li and Lim's pickup-and-delivery files and write solutions in the form of SINTEF's lists.

Distance is travel time is Euclidean, in double precision and never rounded inside; the objective is fewest vehicles,
then distance (Li and Lim, 2003; https://www.sintef.no/projectweb/top/pdptw/).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tidehub.kernel.errors import refusal_kind
from tidehub.methods.vrp.model import Job, Plan, Problem, Stop, Unit

VEHICLE_COST = 1e6

FILE_LINE = refusal_kind(
    "plan_file_line",
    zh="第 {line} 行不符合 {format} 格式：{problem_zh}",
    en="Line {line} is not in the {format} format: {problem_en}",
    do_zh="请改正该行，或换用完整的文件。",
    do_en="Correct this line, or use a complete file.",
)
FILE_NODE = refusal_kind(
    "plan_file_node",
    zh="第 {node} 号点有误：{problem_zh}",
    en="Node {node} is wrong: {problem_en}",
    do_zh="请改正该点所在的行。",
    do_en="Correct the line of this node.",
)


@dataclass(frozen=True)
class PairFile:
    """An instance as read: ``nodes`` hold id, x, y, demand, earliest, latest, service, pickup, delivery."""

    vehicles: int
    capacity: float
    nodes: tuple[tuple[float, ...], ...]

    def problem(self, vehicles: int | None = None) -> Problem:
        """Make the planner's problem; every vehicle has a high fixed cost, as fewest vehicles come first."""
        xy = np.array([[node[1], node[2]] for node in self.nodes])
        apart = np.sqrt(((xy[:, None, :] - xy[None, :, :]) ** 2).sum(axis=2))
        depot = self.nodes[0]
        units = tuple(
            Unit(str(k + 1), 0, 0, (self.capacity,), depot[4], depot[5], fixed_cost=VEHICLE_COST)
            for k in range(vehicles or self.vehicles)
        )
        jobs = []
        for index, node in enumerate(self.nodes):
            if index and node[8]:
                other = self.nodes[int(node[8])]
                stops = tuple(Stop(int(one[0]), one[4], one[5], one[6]) for one in (node, other))
                jobs.append(Job(str(index), stops, (node[3],), "pair"))
        return Problem(units, tuple(jobs), apart)

    def node_routes(self, plan: Plan) -> list[list[int]]:
        """Give a plan's routes as node numbers, depot omitted."""
        return [
            [int(visit.of) if visit.part == 0 else int(self.nodes[int(visit.of)][8]) for visit in route]
            for route in plan.routes.values()
        ]


def read_pairs(text: str) -> PairFile:
    """Read a file; blanks, tabs, blank lines and either line end are all the same.

    Raises
    ------
    Refusal
        ``plan_file_line`` with the number of the line, or ``plan_file_node`` where nodes do not fit together.
    """
    rows = [(number, line.split()) for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1) if line.strip()]
    if not rows:
        raise _line(1, "文件是空的", "the file is empty")
    number, head = rows[0]
    vehicles, capacity = _numbers(number, head, (2, 3))[:2]
    if vehicles < 1 or vehicles != int(vehicles):
        raise _line(
            number,
            f"车辆数应为正整数，不是 {head[0]}",
            f"the number of vehicles must be a whole number above 0, not {head[0]}",
        )
    if capacity < 0:
        raise _line(number, f"容量不能为负（{head[1]}）", f"the capacity is below zero ({head[1]})")
    nodes: list[tuple[float, ...]] = []
    for number, words in rows[1:]:
        node = _numbers(number, words, (9,))
        _check_row(number, node, len(nodes))
        nodes.append(node)
    if len(nodes) < 1:
        raise _line(number, "没有仓库这一行，文件不完整", "there is no line for the depot; the file is cut short")
    _check_partners(nodes, capacity)
    return PairFile(int(vehicles), capacity, tuple(nodes))


def solution_text(name: str, routes: list[list[int]], date: str) -> str:
    """Write routes in the form in which solutions are published."""
    head = [f"Instance name : {name}", "Authors : Tidehub", f"Date : {date}", "Reference : Tidehub", "Solution"]
    return "\n".join(head + [f"Route {k} : {' '.join(map(str, route))}" for k, route in enumerate(routes, 1)]) + "\n"


def _numbers(line: int, words: list[str], lengths: tuple[int, ...]) -> tuple[float, ...]:
    if len(words) not in lengths:
        wanted = " / ".join(map(str, lengths))
        raise _line(
            line, f"应有 {wanted} 个数，实有 {len(words)} 个", f"{wanted} numbers are expected, {len(words)} are there"
        )
    values = []
    for word in words:
        try:
            value = float(word)
        except ValueError:
            raise _line(line, f"“{word}”不是数", f"'{word}' is not a number") from None
        if not math.isfinite(value):
            raise _line(line, f"“{word}”不是有限的数", f"'{word}' is not a finite number")
        values.append(value)
    return tuple(values)


def _check_row(line: int, node: tuple[float, ...], expected: int) -> None:
    if node[0] != expected:
        raise _line(
            line, f"点号应为 {expected}，不是 {node[0]:g}", f"the node's number must be {expected}, not {node[0]:g}"
        )
    if node[4] > node[5]:
        raise _line(
            line,
            f"时间窗先关后开（{node[4]:g} > {node[5]:g}）",
            f"the window closes before it opens ({node[4]:g} > {node[5]:g})",
        )
    if node[6] < 0:
        raise _line(line, f"服务时间为负（{node[6]:g}）", f"the service time is below zero ({node[6]:g})")
    if any(value != int(value) or value < 0 for value in node[7:9]):
        raise _line(line, "取货、送货点号应为不小于 0 的整数", "pickup and delivery must be whole numbers, 0 or more")


def _check_partners(nodes: list[tuple[float, ...]], capacity: float) -> None:
    count = len(nodes)
    for index, node in enumerate(nodes[1:], 1):
        back, forth = int(node[7]), int(node[8])
        partner = forth or back
        if bool(back) == bool(forth):
            raise _node(index, "取货点和送货点须恰有一个", "exactly one of pickup and delivery must be given")
        if partner >= count or partner == index:
            raise _node(
                index,
                f"对应点 {partner} 不存在，文件可能不完整",
                f"its partner {partner} is not there; the file may be cut short",
            )
        other = nodes[partner]
        if int(other[7 if forth else 8]) != index:
            raise _node(index, f"对应点 {partner} 没有指回它", f"its partner {partner} does not point back")
        if forth and (node[3] < 0 or node[3] != -other[3]):
            raise _node(
                index,
                f"取送数量不相抵（{node[3]:g} 与 {other[3]:g}）",
                f"the demands do not cancel ({node[3]:g} and {other[3]:g})",
            )
        if forth and node[3] > capacity:
            raise _node(
                index,
                f"数量 {node[3]:g} 超过容量 {capacity:g}",
                f"its demand {node[3]:g} is above the capacity {capacity:g}",
            )


def _line(line: int, zh: str, en: str) -> Exception:
    return FILE_LINE(f"line {line}", line=line, format="lilim", problem_zh=zh, problem_en=en)


def _node(node: int, zh: str, en: str) -> Exception:
    return FILE_NODE(f"node {node}", node=node, problem_zh=zh, problem_en=en)
