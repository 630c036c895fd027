"""How light the citizen's pages are: bytes of the first load, and when a throttled phone answers a tap.

The phone: 390 x 844, processor slowed four times, 1.6 Mbit/s down, 0.75 Mbit/s up, 150 ms of round trip (Lighthouse's
"slow 4G"). It measures the pages as they are served, compressed, with an empty cache; "interactive" is when the
signed-in home screen has its services and the main thread has answered a task within 50 ms.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.common import figure, goal, median_of, report

CHROMIUM = "/usr/bin/chromium"
BYTES_MAX, INTERACTIVE_S_MAX = 300_000, 2.0
RUNS = 3
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1_638_400 / 8, "uploadThroughput": 768_000 / 8}
CPU_RATE = 4
_ACCOUNT = re.compile(r"^ {2}fisher +([a-z2-7-]{23}) ", re.MULTILINE)


def run(**_: Any) -> dict[str, Any]:
    """Start Tidehub, sign in once, and load the home screen with an empty cache, throttled."""
    from playwright import sync_api

    with tempfile.TemporaryDirectory() as folder, sync_api.sync_playwright() as playwright:
        process, url, password = _start(Path(folder))
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            state = _signed_in(browser, url, password)
            loads: list[dict[str, float]] = []
            interactive_s = median_of(RUNS, lambda: _load(browser, url, state, loads))
            browser.close()
        finally:
            process.terminate()
            process.wait(30)
    first = loads[0]
    return report(
        "citizen",
        [
            figure("first load, compressed", first["bytes"] / 1000, "kB"),
            figure("of it scripts", first["scripts"] / 1000, "kB"),
            figure("requests of the first load", first["requests"], ""),
            figure("interactive on a throttled phone, median of 3", interactive_s, "s"),
            figure("first contentful paint, median of 3", sorted(one["paint_s"] for one in loads)[1], "s"),
        ],
        [
            goal("first load, compressed", first["bytes"] / 1000, "< 300 kB", first["bytes"] < BYTES_MAX),
            goal("interactive on a throttled phone", interactive_s, "< 2 s", interactive_s < INTERACTIVE_S_MAX),
        ],
    )


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], str, str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = int(listening.getsockname()[1])
    command = [sys.executable, "-m", "tidehub.cli.main", "run", "--no-doors", "--data", str(folder / "data")]
    log = folder / "log.txt"
    with log.open("w") as written:
        process = subprocess.Popen([*command, "--port", str(port)], stdout=written, stderr=subprocess.STDOUT)
    until = time.monotonic() + 300
    while time.monotonic() < until and process.poll() is None:
        found = _ACCOUNT.search(log.read_text("utf-8"))
        if found and "Ctrl+C" in log.read_text("utf-8"):
            return process, f"http://127.0.0.1:{port}", found[1]
        time.sleep(0.2)
    process.kill()
    raise RuntimeError(log.read_text("utf-8")[-2000:])


def _signed_in(browser: Any, url: str, password: str) -> Any:
    context = browser.new_context(locale="zh-CN")
    told = {"login": "fisher", "password": password}
    context.request.post(f"{url}/api/v1/session", data=told, headers={"x-tidehub": "1"})
    state = context.storage_state()
    context.close()
    return state


def _load(browser: Any, url: str, state: Any, loads: list[dict[str, float]]) -> float:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        storage_state=state,
        service_workers="block",
    )
    page = context.new_page()
    debugger = context.new_cdp_session(page)
    debugger.send("Network.enable")
    debugger.send("Network.setCacheDisabled", {"cacheDisabled": True})
    debugger.send("Network.emulateNetworkConditions", SLOW_4G)
    debugger.send("Emulation.setCPUThrottlingRate", {"rate": CPU_RATE})
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    debugger.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))
    debugger.on("Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]}))
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator("a.service").first.wait_for()
    page.evaluate(
        """() => new Promise((done) => {
          const ask = () => {
            const at = performance.now()
            setTimeout(() => (performance.now() - at < 50 ? done() : ask()))
          }
          ask()
        })"""
    )
    interactive_s = time.perf_counter() - started
    paint_ms = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
    scripts = sum(size for key, size in sizes.items() if kinds.get(key) == "Script")
    loads.append({"bytes": sum(sizes.values()), "scripts": scripts, "requests": len(sizes), "paint_s": paint_ms / 1000})
    context.close()
    return interactive_s
