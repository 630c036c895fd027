"""A process that is aimed at: the real application on a data folder of its own, or the bare one beside it.

It says on one line of JSON where it listens and with which tokens, and ends when its input does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import uvicorn
import uvloop
from benchmarks.load.bare import app as bare
from benchmarks.load.places import CITIZEN, OFFICER, REGION, WORKER

from tidehub.api.app import build_api
from tidehub.api.events import events
from tidehub.api.serving import services_for
from tidehub.app import Platform
from tidehub.cli.run import listen, spare_the_collector
from tidehub.hub.clock import SystemClock
from tidehub.kernel.access import Actor, platform_actor
from tidehub.packing import mount, read_pack
from tidehub.registers import GrantRoles, RecordEntry
from tidehub.settings import Settings

HERE = Path(__file__).parent
LIFECYCLE = HERE.parents[1] / "tests" / "data" / "lifecycles" / "digit.yaml"
BY = platform_actor("flow/bench")


class NotStoring:
    """The hub as it would be if storing cost nothing: every command is answered at once, none is kept."""

    def __init__(self, hub: Any) -> None:
        self._hub = hub

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hub, name)

    async def handle(self, *commands: Any, by: Actor, cause: str | None = None) -> list[Any]:
        """Say that it was taken."""
        return list(commands)

    async def handle_each(self, asked: Sequence[tuple[Any, Actor]]) -> list[Any]:
        """Say of each that it was taken."""
        return [[command] for command, _by in asked]


def make_pack(folder: Path) -> Path:
    """Put the pack together: its own files and the complaint lifecycle that the tests have too."""
    pack = folder / "pack"
    if not pack.exists():
        shutil.copytree(HERE / "pack", pack)
        (pack / "lifecycles").mkdir()
        shutil.copy(LIFECYCLE, pack / "lifecycles" / "complaint.yaml")
    return pack


def build_platform(folder: Path) -> Platform:
    """The platform with the pack alone, without doors and demo."""
    settings = Settings(data=folder / "data", seed=False, doors=None)
    return Platform(settings, mount([read_pack(make_pack(folder))]), SystemClock())


async def make_tokens(platform: Platform) -> dict[str, str]:
    """Tokens of a device that reports, and of the people whom a complaint passes."""
    for person in (OFFICER, WORKER, CITIZEN):
        entry = RecordEntry(register="people", id=person, body={"name": person})
        await platform.hub.handle(entry, by=BY)
    grant = GrantRoles(person_id=OFFICER, grant_id="bench", roles=("duty_officer",), regions=(REGION,))
    await platform.hub.handle(grant, by=BY)
    tokens = {
        person: (await platform.access.make_token(f"person/{person}", label="bench", by=BY.id))[1]
        for person in (OFFICER, WORKER, CITIZEN)
    }
    made = await platform.access.make_token(
        "device/bench", label="bench", by=BY.id, roles=("device",), regions=(REGION,)
    )
    tokens["device"] = made[1]
    return tokens


async def serve(app: Any, told: dict[str, Any]) -> None:
    """Serve as ``tidehub run`` does, until the input ends."""
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=2, server_header=False
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not task.done():
        await asyncio.sleep(0.01)
    spare_the_collector()
    print(json.dumps({"port": listening.getsockname()[1], **told}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True
    await task


def _alone(services: Any) -> Any:
    """The work of the events' route as an application of its own, with no framework around it."""
    carried = SimpleNamespace(state=SimpleNamespace(services=services))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["app"] = carried
        await events.fn(scope, receive, send)

    return app


async def serve_platform(folder: Path, *, follow_ups: bool, storing: bool, commits: str, alone: bool = False) -> None:
    """Serve the platform.

    Parameters
    ----------
    follow_ups
        Whether the worker and the follower beat, as in real life.
    storing
        Whether the hub keeps what it is told; without, the same routes answer at once.
    commits
        ``group``, as in real life, or ``single``: each job in a commit of its own.
    alone
        Whether the events' route stands alone, without the application around it.
    """
    platform = build_platform(folder)
    if commits == "single":
        import tidehub.hub.sqlite as sqlite

        sqlite.BATCH_JOBS_MAX = 1
    await platform.open()
    try:
        tokens = await make_tokens(platform)
        if follow_ups:
            platform.worker.start()
            platform.follower.start()
        services = services_for(platform)
        if not storing:
            services.hub = NotStoring(platform.hub)
        app = build_api(services)
        await serve(_alone(services) if alone else app, {"tokens": tokens})
    finally:
        if follow_ups:
            await platform.worker.stop()
            await platform.follower.stop()
        await platform.hub.close()


def profiled(work: Callable[[], Coroutine[Any, Any, None]], path: str | None) -> None:
    """Run to the end, writing a profile of the event loop's thread where one is asked for."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    if path is None:
        asyncio.run(work())
        return
    import cProfile

    profile = cProfile.Profile()
    profile.runcall(lambda: asyncio.run(work()))
    profile.dump_stats(path)


def main() -> None:
    """Read what to serve."""
    options = argparse.ArgumentParser()
    options.add_argument("what", choices=("bare", "platform"))
    options.add_argument("--folder", type=Path, default=Path("."))
    options.add_argument("--no-follow-ups", action="store_true")
    options.add_argument("--not-storing", action="store_true")
    options.add_argument("--alone", action="store_true")
    options.add_argument("--commits", choices=("group", "single"), default="group")
    options.add_argument("--profile")
    args = options.parse_args()

    def work() -> Coroutine[Any, Any, None]:
        if args.what == "bare":
            return serve(bare, {"tokens": {}})
        return serve_platform(
            args.folder,
            follow_ups=not args.no_follow_ups,
            storing=not args.not_storing,
            commits=args.commits,
            alone=args.alone,
        )

    profiled(work, args.profile)


if __name__ == "__main__":
    main()
