"""The command hall: a fleet reports through the real door, halls follow it, and a real browser draws it all.

The fan-out's cost is the processor time of the server with many halls less that with one, at the same rate of positions
in the same run: what judging and storing the positions costs is in both. Age is from the instant a position was sent
(written into it by the sender) until a hall's socket has it, unpacked; what a browser draws is measured in
Chromium with the built pages.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.common import figure, goal, percentile, report
from benchmarks.load.process import ROOT, Served, serving

CRAFT, HALLS, PER_S = 500, 200, 10_000
MAP_CRAFT, MAP_CASES, MAP_PER_S = 5_000, 20_000, 1_000
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
_FRAMES = """(ms) => new Promise((done) => {
  const began = performance.now(); let frames = 0, last = began, longest = 0;
  const tick = (now) => { frames += 1; longest = Math.max(longest, now - last); last = now;
    if (now - began < ms) requestAnimationFrame(tick); else done([frames / (now - began) * 1000, longest]) };
  requestAnimationFrame(tick) })"""


def run(seconds: float = 15.0) -> dict[str, Any]:
    """Measure; each window for ``seconds``."""
    figures: list[dict[str, Any]] = []
    goals: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="tidehub-hall-") as name:
        with _hall(Path(name), "fan-out", CRAFT, 0) as served:
            _fan_out(served, seconds, figures, goals)
        if CHROMIUM.is_file():
            with _hall(Path(name), "map", MAP_CRAFT, MAP_CASES) as served:
                _on_the_map(served, seconds, figures, goals)
    return report("hall", figures, goals)


def _hall(folder: Path, name: str, craft: int, cases: int) -> Any:
    (folder / name).mkdir()
    module = "benchmarks.load.hall_server"
    return serving("--craft", str(craft), "--cases", str(cases), folder=folder / name, module=module)


def _start(what: str, served: Served, token: str, *more: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.load.halls", what, str(served.port), token, *map(str, more)]
    path = f"{ROOT}:{ROOT / 'src'}"
    return subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin"}, stdout=-1, text=True)


def _told(process: subprocess.Popen[str]) -> dict[str, Any]:
    written, _ = process.communicate(timeout=120)
    assert process.returncode == 0, "a client failed; its words stand above"
    told: dict[str, Any] = json.loads(written)
    return told


def _window(served: Served, halls: int, per_s: int, seconds: float) -> tuple[float, dict[str, Any], dict[str, Any]]:
    """Cores the server uses while so many halls follow, what they saw, what was sent."""
    sender = _start("report", served, served.tokens["device"], CRAFT, per_s, seconds + 4)
    watcher = _start("watch", served, served.tokens["hall"], halls, seconds + 3)
    time.sleep(2.5)
    before, began = served.cpu_s(), time.monotonic()
    time.sleep(seconds)
    cores = (served.cpu_s() - before) / (time.monotonic() - began)
    return cores, _told(watcher), _told(sender)


def _fan_out(served: Served, seconds: float, figures: list[dict[str, Any]], goals: list[dict[str, Any]]) -> None:
    alone, _, _ = _window(served, 1, PER_S, seconds)
    cores, seen, sent = _window(served, HALLS, PER_S, seconds)
    again, _, _ = _window(served, 1, PER_S, seconds)
    fan_out = 100 * (cores - (alone + again) / 2)
    assert seen["least_bytes"] > 0, "a hall got nothing"
    p50_ms, p95_ms = percentile(seen["ages_ms"], 50), percentile(seen["ages_ms"], 95)
    figures += [
        figure("positions taken and stored", sent["per_s"], "1/s"),
        figure("craft that move", CRAFT, "craft"),
        figure("server with one hall", 100 * (alone + again) / 2, "% of a core"),
        figure(f"server with {HALLS} halls", 100 * cores, "% of a core"),
        figure(f"fan-out to {HALLS} halls", fan_out, "% of a core"),
        figure("sent to all halls", seen["mb"] / (seconds + 3), "MB/s"),
        figure("frames to each hall", seen["frames"] / (seconds + 3), "1/s"),
        figure("age at the hall's socket, p50", p50_ms, "ms"),
        figure("age at the hall's socket, p95", p95_ms, "ms"),
    ]
    goals += [
        goal("positions taken, 1/s", sent["per_s"], f">= {0.98 * PER_S:.0f}", sent["per_s"] >= 0.98 * PER_S),
        goal(f"fan-out to {HALLS} halls, % of a core", fan_out, "< 10", fan_out < 10),
        goal("age at the hall's socket, p95, ms", p95_ms, "< 500", p95_ms < 500),
    ]


def _on_the_map(served: Served, seconds: float, figures: list[dict[str, Any]], goals: list[dict[str, Any]]) -> None:
    from playwright.sync_api import expect, sync_playwright

    # Everybody says once where he is; the map then comes to rest, which is when it says what it has drawn.
    _told(_start("report", served, served.tokens["device"], MAP_CRAFT, MAP_PER_S, 1.6 * MAP_CRAFT / MAP_PER_S))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        context.set_extra_http_headers({"authorization": f"Bearer {served.tokens['hall']}"})
        page = context.new_page()
        began = time.monotonic()
        page.goto(f"http://127.0.0.1:{served.port}/hall")
        expect(page.locator("button.case").first).to_be_visible(timeout=90_000)
        listed_s = time.monotonic() - began
        expect(page.locator(".map")).to_have_attribute("data-marks", _some(), timeout=90_000)
        drawn_s = time.monotonic() - began
        sender = _start("report", served, served.tokens["device"], MAP_CRAFT, MAP_PER_S, seconds * 3 + 45)
        page.wait_for_timeout(4_000)
        still_fps, _ = page.evaluate(_FRAMES, 1000 * seconds / 2)
        page.mouse.move(900, 400)
        page.evaluate(f"() => {{ window.panned = ({_FRAMES})({1000 * seconds / 2}) }}")
        until = time.monotonic() + seconds / 2
        page.mouse.down()
        step = 0
        while time.monotonic() < until:
            step += 1
            page.mouse.move(900 + 200 * (step % 2), 400 + 3 * (step % 20), steps=10)
        page.mouse.up()
        panned_fps, longest_ms = page.evaluate("() => window.panned")
        sender.terminate()
        sender.wait()
        browser.close()
    figures += [
        figure("craft on the map", MAP_CRAFT, "craft"),
        figure("open cases on the map", MAP_CASES, "cases"),
        figure("until the list stands", listed_s, "s"),
        figure("until the map has drawn them", drawn_s, "s"),
        figure("frames while everything moves, software drawing", still_fps, "1/s"),
        figure("frames while it is dragged, software drawing", panned_fps, "1/s"),
        figure("longest frame while it is dragged", longest_ms, "ms"),
    ]
    goals += [
        goal("frames while everything moves, 1/s", still_fps, "> 30", still_fps > 30),
        goal("frames while it is dragged, 1/s", panned_fps, "> 30", panned_fps > 30),
    ]


def _some() -> Any:
    import re

    return re.compile("^[1-9]")
