"""A simulated fleet for the demo: boats with crews that work by the same doors as real ones.

Each boat speaks a real wire format: AIS over TCP, AIS over UDP, Signal K deltas from a server on board, OsmAnd
queries over HTTP. Crews and fishermen use the HTTP interface with their own accounts.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import websockets
from websockets.asyncio.server import ServerConnection, serve

from tidehub.adapters.signalk import encode_hello
from tidehub.kernel.geometry import Position
from tidehub.kernel.instants import Clock
from tidehub.testkit.boats import Boat
from tidehub.testkit.verbs import picture

Say = Callable[[Boat, datetime], Awaitable[None]]


class SignalKOnBoard:
    """A Signal K server as a boat carries one: hello, then a delta for each position.

    Parameters
    ----------
    boat
        Gives the boat as it is now; ``None`` while it is not in the harbour yet.
    """

    def __init__(self, clock: Clock, boat: Callable[[], Boat | None]) -> None:
        self._clock = clock
        self._boat = boat
        self._clients: set[ServerConnection] = set()
        self._server: Any = None

    async def start(self) -> str:
        """Begin to listen; the address to follow."""
        self._server = await serve(self._converse, "127.0.0.1", 0)
        port = next(iter(self._server.sockets)).getsockname()[1]
        return f"ws://127.0.0.1:{port}/signalk/v1/stream?subscribe=none"

    async def stop(self) -> None:
        """Stop listening."""
        self._server.close()
        await self._server.wait_closed()

    async def _converse(self, client: ServerConnection) -> None:
        self._clients.add(client)
        try:
            while (boat := self._boat()) is None:
                await asyncio.sleep(0.05)
            await client.send(encode_hello(boat.signalk_context, self._clock.now()))
            async for _ in client:
                pass
        except websockets.ConnectionClosed:
            pass
        finally:
            self._clients.discard(client)

    async def say(self, boat: Boat, at: datetime) -> None:
        """Send the position to whoever follows."""
        for client in list(self._clients):
            try:
                await client.send(boat.signalk(at).decode())
            except websockets.ConnectionClosed:
                self._clients.discard(client)


class Person:
    """Somebody with an account, using the HTTP interface."""

    def __init__(self, base_url: str, login: str, password: str) -> None:
        self._client = httpx.AsyncClient(base_url=base_url, headers={"X-Tidehub": "1"}, timeout=30)
        self._login = {"login": login, "password": password}

    async def sign_in(self) -> None:
        """Sign in."""
        (await self._client.post("/api/v1/session", json=self._login)).raise_for_status()

    async def get(self, path: str) -> Any:
        """Read."""
        answer = await self._client.get(path)
        answer.raise_for_status()
        return answer.json()

    async def post(self, path: str, body: Any, key: str | None = None) -> httpx.Response:
        """Ask for something; a refusal is for the caller to read."""
        return await self._client.post(path, json=body, headers={"Idempotency-Key": key} if key else None)

    async def upload(self, content: bytes, media_type: str) -> str:
        """Store a file; its SHA-256."""
        answer = await self._client.post("/api/v1/files", content=content, headers={"content-type": media_type})
        answer.raise_for_status()
        return str(answer.json()["sha256"])

    async def close(self) -> None:
        """Sign off."""
        await self._client.aclose()


class CrewMember:
    """Works one boat: takes jobs, sails the route, weighs, photographs, has both sides sign.

    Parameters
    ----------
    person, unit_id
        The account, and the boat it crews.
    boats
        Boats by unit; the boat of this unit is replaced when it sets sail.
    sleep
        Waits in the demo's time.
    """

    def __init__(
        self,
        person: Person,
        unit_id: str,
        boats: dict[str, Boat],
        clock: Clock,
        chance: random.Random,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._person = person
        self._unit_id = unit_id
        self._boats = boats
        self._clock = clock
        self._chance = chance
        self._sleep = sleep

    async def work(self) -> None:
        """Look for jobs, one after the other, until cancelled."""
        while True:
            jobs = (await self._person.get("/api/v1/jobs/mine"))["items"]
            waiting = next(
                (job for job in jobs if job["state"] in ("offered", "accepted", "under_way", "on_scene")), None
            )
            if waiting is not None:
                await self._carry_out(waiting["job_id"])
            await self._sleep(15)

    async def _carry_out(self, job_id: str) -> None:
        await self._sleep(self._chance.uniform(5, 25))
        answer = await self._ask(job_id, "accept", {})
        if answer.status_code >= 400:
            return
        await self._sleep(self._chance.uniform(20, 60))
        await self._ask(job_id, "set-out", {})
        sheet = await self._person.get(f"/api/v1/jobs/{job_id}")
        await self._sail(sheet)
        for _ in range(120):
            sheet = await self._person.get(f"/api/v1/jobs/{job_id}")
            if sheet["job"]["arrived_at"]:
                break
            await self._sleep(15)
        await self._collect(job_id, sheet)

    async def _sail(self, sheet: Mapping[str, Any]) -> None:
        boat, now = self._boats[self._unit_id], self._clock.now()
        route = sheet["job"].get("route")
        points = [Position(*point) for point in route["points"]] if route else [Position(**sheet["job"]["position"])]
        here = boat.motion(now)
        sailing = Boat(boat.mmsi, boat.name, (Position(here.lon, here.lat), *points), boat.speed_mps, now)
        self._boats[self._unit_id] = sailing
        await self._sleep((sailing.arrives_at - now).total_seconds())

    async def _collect(self, job_id: str, sheet: Mapping[str, Any]) -> None:
        photo = await self._person.upload(picture(f"{job_id} collected"), "image/png")
        now = self._clock.now().isoformat()
        await self._ask(
            job_id, "evidence", {"sha256": photo, "media_type": "image/png", "label": "collected", "taken_at": now}
        )
        for line in sheet["job"]["lines"]:
            await self._sleep(self._chance.uniform(60, 180))
            amount = max(1, round(line["amount"] * self._chance.uniform(0.93, 1.04)))
            basis = "metered" if line["unit"] == "ml" else "weighed"
            quantity = {"amount": amount, "unit": line["unit"], "basis": basis, "calibrated_on": "2026-03-02"}
            await self._ask(
                job_id, "collections", {"line_id": line["line_id"], "kind": line["kind"], "quantity": quantity}
            )
        for party, name in (("giver", "陈阿海"), ("receiver", "船员")):
            signature = await self._person.upload(picture(f"{job_id} {party}"), "image/png")
            await self._ask(job_id, "signatures", {"party": party, "name": name, "signature_sha256": signature})
        await self._ask(job_id, "complete", {})

    async def _ask(self, job_id: str, what: str, body: dict[str, Any]) -> httpx.Response:
        answer = await self._person.post(f"/api/v1/jobs/{job_id}/{what}", {"unit_id": self._unit_id, **body})
        if answer.status_code >= 500:
            answer.raise_for_status()
        return answer


async def file_reports(
    person: Person,
    berths: list[dict[str, Any]],
    clock: Clock,
    chance: random.Random,
    sleep: Callable[[float], Awaitable[None]],
    *,
    until: datetime,
    mean_gap_s: float,
) -> int:
    """A fisherman's harbour: requests arrive at random, as at Wenling (11.7 a day, nearly all oily water)."""
    count = 0
    while True:
        await sleep(chance.expovariate(1 / mean_gap_s))
        if clock.now() >= until:
            return count
        berth = chance.choice(berths)
        lines = [{"kind": "oily_water", "amount": round(chance.lognormvariate(5.3, 0.6)), "unit": "l"}]
        if chance.random() < 0.4:
            lines.append(
                {"kind": chance.choice(["bottles", "gear", "garbage"]), "amount": chance.randint(2, 30), "unit": "kg"}
            )
        body = {
            "service_code": "marine_pickup",
            "answers": {"vessel_name": "浙椒渔62187", "vessel_mmsi": "412999187", "lines": lines},
            "position": {"lon": berth["position"]["lon"], "lat": berth["position"]["lat"], "datum": "WGS84"},
            "place_id": berth["id"],
            "happened_at": (clock.now() - timedelta(seconds=1)).isoformat(),
        }
        answer = await person.post("/api/v1/reports", body, key=f"demo-{clock.now().timestamp():.3f}")
        if answer.status_code < 400:
            count += 1
