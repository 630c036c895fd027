"""The four calls of a complaint's life: opened, assigned, resolved, closed; each by the one who may."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from benchmarks.load.bodies import _json
from benchmarks.load.client import Script, request
from benchmarks.load.places import CITIZEN, OFFICER, REGION, WORKER

_ID = "c-000000000000"
CALLS = 4


class Lives:
    """Scripts that lead cases through their lives; the ids go on from run to run.

    Parameters
    ----------
    tokens
        Of the officer, the worker and the citizen.
    prefix
        Two letters before the numbers of the cases, of this run alone.
    """

    def __init__(self, tokens: Mapping[str, str], prefix: str = "c-") -> None:
        self._numbers = itertools.count()
        self._prefix = prefix.encode()
        opening = {
            "case_id": _ID,
            "lifecycle": "complaint",
            "category": "street",
            "title": "路灯不亮 · the lamp in front of the fish market is dark",
            "region_code": f"{REGION}001",
            "position": {"lon": 121.4203, "lat": 28.6781},
            "reporter": f"person/{CITIZEN}",
            "values": {"lamp": "JB0088", "severity": 3},
        }
        move = f"/api/v1/cases/{_ID}/moves"
        assigning = {"move": "ASSIGN", "assignee": f"person/{WORKER}"}
        resolving = {"move": "RESOLVE", "note": "灯泡已更换 · the bulb was replaced"}
        rating = {"move": "RATE", "values": {"rating": 5}}
        self._calls = tuple(
            told.split(_ID.encode())
            for told in (
                request("POST", "/api/v1/cases", _json(opening), token=tokens[OFFICER]),
                request("POST", move, _json(assigning), token=tokens[OFFICER]),
                request("POST", move, _json(resolving), token=tokens[WORKER]),
                request("POST", move, _json(rating), token=tokens[CITIZEN]),
            )
        )

    def script(self) -> Script:
        """One life after another."""
        for number in self._numbers:
            case_id = self._prefix + b"%012d" % number
            for head, tail in self._calls:
                yield b"%b%b%b" % (head, case_id, tail)


def pages(token: str, query: str = "limit=100") -> Script:
    """The list of cases, again and again."""
    told = request("GET", f"/api/v1/cases?{query}", token=token)
    while True:
        yield told
