"""The planner's own search: an answer at once by insertion, made better until the budget is spent.

Anytime: every better plan is published. Reproducible: the same problem, seed and number of iterations give the same
plan; a budget in seconds is for production, one in iterations for tests. The clock is passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tidehub.methods.vrp import anneal as annealing
from tidehub.methods.vrp import eject as ejection
from tidehub.methods.vrp.arrays import Arrays, State, fresh_state, pack, plan_of
from tidehub.methods.vrp.model import Job, Plan, Problem, Stop, Unit, Visit
from tidehub.methods.vrp.timetable import below

HOT, COLD = 1.5, 0.03
CHUNK_S = 0.02
STEPS = 20
Publish = Callable[[Plan], None]


@dataclass(frozen=True)
class Budget:
    """How long to search: ``seconds`` by ``clock``, or a number of iterations, which is reproducible."""

    seconds: float = 0.0
    clock: Callable[[], float] = lambda: 0.0
    iterations: int | None = None


class Search:
    """One search over one problem: its arrays, its plan in the making, the best so far."""

    def __init__(self, problem: Problem, seed: int, warm: Plan | None = None, arrays: Arrays | None = None) -> None:
        self.problem = problem
        self.seed = seed
        self.arrays = pack(problem) if arrays is None else arrays
        self.state: State = fresh_state(self.arrays, seed)
        self.desk = annealing.desk_for(self.arrays, self.state)
        self.knobs = annealing.KNOBS.copy()
        self.iterations = 0
        if warm is not None:
            annealing.load_routes(self.arrays, self.state, *self._rows(warm))
        annealing.construct(self.arrays, self.state, self.desk)

    @property
    def cost(self) -> float:
        """Cost of the best plan so far, penalties and fixed costs included."""
        return float(self.desk.figures[annealing.BEST])

    @property
    def units_used(self) -> int:
        """How many units the best plan so far sends."""
        return int((self.desk.best_n[: len(self.problem.units)] > 0).sum())

    def plan(self) -> Plan:
        """Give the best plan so far."""
        return plan_of(self.problem, self.desk.best_seq, self.desk.best_n, self.cost, self.iterations, self.seed)

    def anneal(self, budget: Budget, hot: float = HOT, cold: float = COLD, publish: Publish | None = None) -> None:
        """Ruin and recreate until the budget is spent, starting from the best plan; it never becomes worse."""
        if not self.problem.jobs:
            return
        annealing.recall_best(self.arrays, self.state, self.desk)
        self.desk.figures[annealing.COST] = self.cost
        scale = self._scale()
        hot, cold = hot * scale, cold * scale
        started, chunk, done, known = budget.clock(), 10, 0, self.cost
        while True:
            if budget.iterations is not None:
                share, chunk = done / max(1, budget.iterations), min(200, budget.iterations - done)
            else:
                spent = budget.clock() - started
                share = spent / budget.seconds if budget.seconds > 0 else 1.0
            if share >= 1.0 or chunk <= 0:
                return
            heat = hot * (cold / hot) ** share
            annealing.anneal(self.arrays, self.state, self.desk, self.knobs, chunk, heat, heat)
            done += chunk
            self.iterations += chunk
            if budget.iterations is None:
                took = budget.clock() - started - spent
                chunk = int(min(max(1, chunk * min(4.0, CHUNK_S / max(took, 1e-6))), 5000))
            if publish is not None and self.cost < known - 1e-9:
                known = self.cost
                publish(self.plan())

    def fewer_units(self, budget: Budget, publish: Publish | None = None) -> int:
        """Dissolve one route after another by guided ejection until the budget is spent; how many were saved.

        For problems of pairs alone, whose jobs are all mandatory and whose units are alike.
        """
        arrays, state, desk = self.arrays, self.state, self.desk
        saved, steps = 0, 0
        started = budget.clock()

        def over() -> bool:
            if budget.iterations is not None:
                return steps >= budget.iterations
            return budget.clock() - started >= budget.seconds

        while not over() and self.units_used > 1 and (state.at >= 0).all():
            annealing.recall_best(arrays, state, desk)
            used = [r for r in range(len(self.problem.units)) if state.n[r] > 0]
            state.on[:] = state.n > 0
            state.on[len(self.problem.units)] = False
            desk.weight[:] = 1.0
            row = used[below(state.rng, len(used))]
            waiting = ejection.dissolve(arrays, state, desk, row)
            while waiting and not over():
                waiting = ejection.eject(arrays, state, desk, waiting, STEPS)
                steps += STEPS
            if not waiting:
                ejection.settle(arrays, state, desk)
                saved += 1
                if publish is not None:
                    publish(self.plan())
        state.on[:-1] = True
        desk.seen[:] = 0
        annealing.recall_best(arrays, state, desk)
        return saved

    def hold_units(self) -> None:
        """From now on use no unit beyond those of the best plan."""
        self.state.on[:-1] = self.desk.best_n[:-1] > 0

    def _scale(self) -> float:
        """Mean cost of a stop, without fixed costs and penalties: what temperatures are counted in."""
        arrays, state = self.arrays, self.state
        fixed = float((arrays.unit[:, 2] * (state.n[:-1] > 0)).sum())
        left = float(arrays.penalty[: len(self.problem.jobs)][state.at[: len(self.problem.jobs)] < 0].sum())
        stops = max(1, int(state.n[:-1].sum()))
        return max(1e-6, (self.cost - fixed - left) / stops)

    def _rows(self, warm: Plan) -> tuple[np.ndarray, np.ndarray]:
        nodes = {}
        for index, job in enumerate(self.problem.jobs):
            for part in range(len(job.stops)):
                nodes[Visit(job.job_id, part)] = int(self.arrays.job[index, 0]) + part
        for index, dock in enumerate(self.problem.docks):
            nodes[Visit(dock.dock_id, -1)] = int(self.arrays.docks[index])
        seq, n = np.zeros_like(self.state.seq), np.zeros_like(self.state.n)
        rows = {unit.unit_id: row for row, unit in enumerate(self.problem.units)}
        for unit_id, route in warm.routes.items():
            row = rows.get(unit_id)
            known = [nodes[visit] for visit in route if visit in nodes] if row is not None else []
            known = self._whole(known, row or 0)[: seq.shape[1] - 6]
            if row is not None:
                seq[row, 1 : len(known) + 1] = known
                n[row] = len(known)
        return seq, n

    def _whole(self, nodes: list[int], row: int) -> list[int]:
        """Drop what this unit may not do, and half pairs."""
        owner, arrays = self.arrays.owner, self.arrays
        kept = [node for node in nodes if owner[node] < 0 or arrays.allow[owner[node], row]]
        there = set(kept)
        return [
            node
            for node in kept
            if owner[node] < 0 or all(int(part) in there for part in arrays.job[owner[node], :2] if part >= 0)
        ]


def solve_pairs(problem: Problem, budget: Budget, seed: int = 1, publish: Publish | None = None) -> Plan:
    """Fewest units, then least cost, for pickup and delivery: insertion, guided ejection, ruin and recreate.

    Parameters
    ----------
    problem
        Pairs alone, units alike, every unit with the same high fixed cost.
    budget
        Seconds by a clock; it is shared out between fewer units and shorter ways.
    """
    search = Search(problem, seed)
    clock, started = budget.clock, budget.clock()

    def until(share: float) -> Budget:
        return Budget(max(0.0, share * budget.seconds - (clock() - started)), clock)

    search.anneal(until(0.1), hot=0.5, publish=publish)
    search.fewer_units(until(0.5), publish)
    search.hold_units()
    search.anneal(until(1.0), publish=publish)
    return search.plan()


def warm_up() -> None:
    """Compile (or load from the cache) every kernel on a problem of two pairs, so that no answer waits for it."""
    apart = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0)))
    jobs = tuple(Job(str(k), (Stop(k, 0, 99), Stop(k + 1, 0, 99)), (1.0,), "pair") for k in (1, 3))
    units = tuple(Unit(str(k), 0, 0, (1.0,), 0, 99, fixed_cost=1e6) for k in range(2))
    search = Search(Problem(units, jobs, apart), 1)
    search.anneal(Budget(iterations=20))
    search.state.rng[0] |= np.uint64(1)
    state, desk, arrays = search.state, search.desk, search.arrays
    ejection.eject(arrays, state, desk, 0, 1)
    ejection.dissolve(arrays, state, desk, 0)
    ejection.settle(arrays, state, desk)
    below(state.rng, 2)
