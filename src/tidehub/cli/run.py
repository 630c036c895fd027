"""``tidehub run``: start Tidehub; on the embedded default nothing else is needed."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import uvicorn
from litestar import Litestar

from tidehub.api.serving import build_app
from tidehub.app import Platform
from tidehub.cli.opened import build
from tidehub.cli.options import add_place, settings_of
from tidehub.kernel.errors import refusal_kind
from tidehub.registers.first_start import MadeAccount
from tidehub.settings import Doors
from tidehub.testkit.harbour_boats import HarbourBoats

PORT = 8310

PORT_TAKEN = refusal_kind(
    "port_taken",
    zh="{host}:{port} 已被占用或无法监听",
    en="{host}:{port} is taken or cannot be listened on",
    do_zh="请用 --port 指定另一个端口，或先停止占用它的程序。",
    do_en="Name another port with --port, or stop the program that has it.",
    category="conflict",
)


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("run", help="start Tidehub · 启动潮汇")
    add_place(command)
    add_listening(command)
    command.add_argument("--no-seed", action="store_true", help="do not fill an empty installation with the demo world")
    command.add_argument(
        "--demo-boats", action="store_true", help="let simulated boats lie in the harbour and speak AIS to the UDP door"
    )
    command.set_defaults(carry_out=carry_out)


def add_listening(command: argparse.ArgumentParser) -> None:
    """Add where it listens."""
    command.add_argument("--host", default="127.0.0.1", help="address to listen on")
    command.add_argument("--port", type=int, default=PORT, help="port of the pages and the API; 0 takes a free one")
    command.add_argument("--public-url", help="address under which people reach it; stands in the QR of documents")
    command.add_argument("--https", action="store_true", help="reached by HTTPS only: cookies are secure")
    command.add_argument("--no-doors", action="store_true", help="keep the ports for devices shut")


def carry_out(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in ("httpx", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    with contextlib.suppress(ImportError):
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    listening = listen(args.host, args.port)
    url = args.public_url or f"http://{args.host}:{listening.getsockname()[1]}"
    settings = replace(
        settings_of(args),
        public_url=url,
        seed=not args.no_seed,
        secure_cookies=args.https,
        doors=None if args.no_doors else Doors(host=args.host),
    )
    platform = build(settings)
    async with serving(platform, [listening]) as (server, made):
        boats = HarbourBoats(platform) if args.demo_boats and not args.no_doors else None
        if boats is not None:
            await boats.start()
        print_welcome(url, platform, made)
        if boats is not None:
            print("示范船只为模拟，经真实 UDP 端口发送 AIS · the boats are simulated and speak AIS to the real door\n")
        try:
            await server
        finally:
            if boats is not None:
                await boats.stop()
    return 0


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything is opened: an occupied one is told at once."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise PORT_TAKEN("port", host=host, port=port) from None
    return listening


@contextlib.asynccontextmanager
async def serving(
    platform: Platform, sockets: list[socket.socket]
) -> AsyncIterator[tuple[asyncio.Task[None], list[MadeAccount]]]:
    """Open the platform and serve it; leaving the block stops both in order."""
    made = await platform.open()
    app: Litestar = build_app(platform)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    server = uvicorn.Server(config)
    await platform.start()
    task = asyncio.create_task(server.serve(sockets=sockets))
    try:
        while not server.started and not task.done():
            await asyncio.sleep(0.01)
        spare_the_collector()
        yield task, made
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await platform.close()


def spare_the_collector() -> None:
    """Keep the garbage collector from walking, again and again, over what a start has built for good.

    Everything that is mounted lives as long as the process; without this each full collection visits it and
    holds up every request for its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def print_welcome(url: str, platform: Platform, made: Sequence[MadeAccount]) -> None:
    """Say where it is, and, once, the accounts that were made."""
    print(f"\n潮汇 Tidehub  {url}", flush=True)
    for name, state in platform.doors.states().items():
        print(f"  {name:<12} {state}")
    if made:
        print("\n首次启动，账号只显示这一次 · first start, these accounts are shown only once:")
        for account in made:
            roles = ", ".join(account.roles)
            print(f"  {account.login:<10} {account.password:<26} {account.name} ({roles})")
    print("\n按 Ctrl+C 停止 · Ctrl+C stops\n", flush=True)
