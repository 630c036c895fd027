"""Many open halls, and a fleet that reports: a process for each, so that neither slows the other.

``python -m benchmarks.load.halls watch PORT TOKEN COUNT SECONDS`` follows the positions as so many halls and says how
old they were when they came; ``... report PORT TOKEN CRAFT PER_S SECONDS`` sends positions through the real door.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import time
import zlib
from typing import Any

import uvloop
from benchmarks.load.hall_server import place_of

READ = 1 << 16
TOGETHER = 250
EACH_S = 0.05


class Hall:
    """One hall: reads its stream; a probe also unpacks it and notes how old each position is."""

    def __init__(self, probe: bool) -> None:
        self.probe = probe
        self.bytes = 0
        self.frames = 0
        self.ages_ms: list[float] = []
        self._rest = b""
        self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)

    async def follow(self, port: int, token: str, until: float) -> None:
        """Read until the time is over."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"GET /api/v1/positions/stream HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n"
        writer.write((head + "accept-encoding: gzip\r\n\r\n").encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in answer.split(b"\r\n", 1)[0], answer
        try:
            while (left_s := until - time.time()) > 0:
                piece = await asyncio.wait_for(self._piece(reader), left_s)
                self.bytes += len(piece)
                if self.probe:
                    self._take(self._unpack.decompress(piece))
        except TimeoutError:
            pass
        finally:
            writer.close()

    async def _piece(self, reader: asyncio.StreamReader) -> bytes:
        if not self.probe:
            return await reader.read(READ)
        size = int(await reader.readuntil(b"\r\n"), 16)
        return (await reader.readexactly(size + 2))[:-2]

    def _take(self, text: bytes) -> None:
        now_ms = time.time() * 1000
        *events, self._rest = (self._rest + text).split(b"\n\n")
        for event in events:
            data = event.partition(b"data: ")[2]
            if not data:
                continue
            self.frames += 1
            self.ages_ms += [now_ms - step[3] for step in json.loads(data)["steps"]]


async def watch(port: int, token: str, count: int, seconds: float) -> dict[str, Any]:
    """Follow as ``count`` halls, one of which looks at what it gets."""
    until = time.time() + seconds
    halls = [Hall(probe=number == 0) for number in range(count)]
    before = time.process_time()
    await asyncio.gather(*(hall.follow(port, token, until) for hall in halls))
    settled = halls[0].ages_ms[len(halls[0].ages_ms) // 5 :]
    return {
        "frames": halls[0].frames,
        "mb": sum(hall.bytes for hall in halls) / 1e6,
        "least_bytes": min(hall.bytes for hall in halls),
        "ages_ms": settled[:: max(1, len(settled) // 20_000)],
        "cpu_s": time.process_time() - before,
    }


async def report(port: int, token: str, craft: int, per_s: int, seconds: float) -> dict[str, Any]:
    """Send positions evenly, in lists, each with the instant of its sending; several lists may be on their way."""
    sent = taken = 0
    began = time.time()
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(16)]
    free: asyncio.Queue[Any] = asyncio.Queue()
    for connection in connections:
        free.put_nowait(connection)

    async def send(first: int, count: int) -> None:
        nonlocal taken
        reader, writer = await free.get()
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"
        items = []
        for number in range(first, first + count):
            lon, lat = place_of(number % craft)
            turn = now / 60 + number
            here = {"lon": lon + 0.002 * math.cos(turn), "lat": lat + 0.002 * math.sin(turn)}
            items.append(
                {"claim": f"osmand:b{number % craft:05d}", "datum": "WGS84", "at": stamp, "sog_mps": 3.1} | here
            )
        body = json.dumps(items, separators=(",", ":")).encode()
        head = f"POST /api/v1/positions HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\nx-tidehub: 1\r\n"
        writer.write(f"{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(
            next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length")).split()[1]
        )
        told = await reader.readexactly(length)
        assert b" 200 " in answer.split(b"\r\n", 1)[0], told[:300]
        taken += count
        free.put_nowait((reader, writer))

    tasks: set[asyncio.Task[None]] = set()
    while (elapsed := time.time() - began) < seconds:
        while sent + TOGETHER <= elapsed * per_s and len(tasks) < 64:
            task = asyncio.create_task(send(sent, TOGETHER))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += TOGETHER
        await asyncio.sleep(EACH_S)
        for task in [one for one in tasks if one.done()]:
            task.result()
    await asyncio.wait_for(asyncio.gather(*tasks), 30)
    return {"sent": sent, "taken": taken, "per_s": taken / (time.time() - began)}


def main() -> None:
    """Do what the arguments say and print what came of it."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    what, port, token, *rest = sys.argv[1:]
    if what == "watch":
        work = watch(int(port), token, int(rest[0]), float(rest[1]))
    else:
        work = report(int(port), token, int(rest[0]), int(rest[1]), float(rest[2]))
    print(json.dumps(asyncio.run(work)), flush=True)


if __name__ == "__main__":
    main()
