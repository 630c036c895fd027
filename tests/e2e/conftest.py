"""A real browser, the built pages, and Tidehub as a person starts it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import httpx
import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
PAGES = ROOT / "src/tidehub/static/index.html"
SCREENSHOTS = ROOT / "screenshots"
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
START_S = 300
_ACCOUNT = re.compile(r"^ {2}([a-z0-9]+) +([a-z2-7]{5}(?:-[a-z2-7]{5}){3}) ")

if TYPE_CHECKING:
    from playwright import sync_api
else:
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")


def _cannot(reason: str) -> NoReturn:
    if os.environ.get("TIDEHUB_REQUIRE_SERVERS") == "1":
        pytest.fail(f"the end-to-end tests must run here: {reason}")
    pytest.skip(reason)


@dataclass(frozen=True)
class Town:
    """A running Tidehub with its accounts."""

    url: str
    passwords: dict[str, str]

    @contextmanager
    def client(self, login: str) -> Iterator[httpx.Client]:
        """Sign in to the interface, as a machine would."""
        with httpx.Client(base_url=self.url, headers={"x-tidehub": "1"}, timeout=30) as client:
            told = {"login": login, "password": self.passwords[login]}
            client.post("/api/v1/session", json=told).raise_for_status()
            yield client

    def hear(self, mmsi: str, lon: float, lat: float) -> None:
        """Let a boat's transponder be heard at a place."""
        with self.client("duty") as duty:
            body = {"claim": f"mmsi:{mmsi}", "lon": lon, "lat": lat, "datum": "WGS84", "sog_mps": 0.2, "cog_deg": 70}
            duty.post("/api/v1/positions", json=body).raise_for_status()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


RunTown = Callable[..., Any]


@pytest.fixture(scope="session")
def run_town() -> RunTown:
    """Start Tidehub on the embedded store by its own command, in a folder, with options of ``tidehub run``."""
    if not CHROMIUM.is_file():
        _cannot(f"there is no {CHROMIUM} (tools/apt.sh installs it)")
    if not PAGES.is_file():
        _cannot("the pages are not built (make build)")
    return _running


@contextmanager
def _running(folder: Path, *options: str) -> Iterator[Town]:
    port = _free_port()
    command = [sys.executable, "-m", "tidehub.cli.main", "run", "--no-doors", *options]
    command += ["--data", str(folder / "data"), "--port", str(port)]
    log = folder / "log.txt"
    with log.open("w") as written:
        process = subprocess.Popen(command, cwd=folder, stdout=written, stderr=subprocess.STDOUT)
    try:
        yield _started(process, log, port)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, run_town: RunTown) -> Iterator[Town]:
    """Tidehub with the seeded harbour."""
    with run_town(tmp_path_factory.mktemp("town")) as opened:
        yield opened


def _started(process: subprocess.Popen[bytes], log: Path, port: int) -> Town:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        text = log.read_text("utf-8", errors="replace")
        if process.poll() is not None:
            pytest.fail(f"Tidehub did not start:\n{text[-3000:]}")
        made = {found[1]: found[2] for line in text.splitlines() if (found := _ACCOUNT.match(line))}
        if "Ctrl+C" in text and made:
            return Town(f"http://127.0.0.1:{port}", made)
        time.sleep(0.2)
    pytest.fail(f"Tidehub did not start within {START_S} s:\n{log.read_text('utf-8')[-3000:]}")


@pytest.fixture(scope="session")
def browser(run_town: RunTown) -> Iterator[sync_api.Browser]:
    """Debian's Chromium, drawing maps by software."""
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


SignedIn = Callable[..., Any]


@pytest.fixture
def signed_in(browser: sync_api.Browser, town: Town) -> Iterator[SignedIn]:
    """Open the pages as somebody, signed in through the form, on a screen of a size."""
    contexts: list[sync_api.BrowserContext] = []

    def sign_in(login: str, width: int, height: int, *, touch: bool = False, **more: Any) -> sync_api.Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=touch,
            is_mobile=touch,
            device_scale_factor=1,
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.goto(town.url)
        page.get_by_label("账号").fill(login)
        page.get_by_label("密码").fill(town.passwords[login])
        page.get_by_role("button", name="登录").click()
        page.get_by_role("button", name="退出").wait_for()
        return page

    yield sign_in
    for context in contexts:
        context.close()


@pytest.fixture
def shot() -> Callable[[sync_api.Page, str], None]:
    """Keep a picture of a screen in the folder that git ignores."""

    def take(page: sync_api.Page, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png")

    return take
