"""What axe-core finds wrong with a screen for people who see, hear or move differently."""

from __future__ import annotations

from pathlib import Path
from typing import Any

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
GRAVE = ("serious", "critical")
_RUN = """async ([within, without]) => {
  // Colours are judged as they stay, not in the middle of a transition; what turns for ever is not waited for.
  const passes = (one) => one.playState === 'running' && one.effect?.getComputedTiming().iterations !== Infinity
  for (let seen; (seen = document.getAnimations().filter(passes)).length;) {
    await Promise.allSettled(seen.map((one) => one.finished))
  }
  const told = await window.axe.run(
    { include: [[within]], exclude: without.map((one) => [one]) },
    { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  )
  return told.violations.map((one) => ({
    id: one.id, impact: one.impact, help: one.help,
    nodes: one.nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary}`),
  }))
}"""


def violations(page: Any, *, within: str = "body", without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return every rule that the screen breaks, as axe tells it.

    Parameters
    ----------
    page
        A page of Playwright, on the screen that is looked at.
    within, without
        CSS selectors: the part that is looked at, and parts of it that are not ours.

    Notes
    -----
    axe is run in the page's own world by the debugger, which the content security policy does not bind; without
    scripts (``java_script_enabled=False``) it cannot run, there use :func:`violations_of_html`.
    """
    page.evaluate(AXE.read_text("utf-8"))
    told: list[dict[str, Any]] = page.evaluate(_RUN, [within, list(without)])
    return told


def grave_violations(page: Any, *, within: str = "body", without: tuple[str, ...] = ()) -> list[str]:
    """Return the serious and critical ones as lines a person can act on; an empty list is what tests want.

    ``assert grave_violations(page) == []`` prints rule, element and what to mend.
    """
    return [
        f"[{one['impact']}] {one['id']}: {one['help']}\n    " + "\n    ".join(one["nodes"][:6])
        for one in violations(page, within=within, without=without)
        if one["impact"] in GRAVE
    ]


def violations_of_html(browser: Any, html: str, url: str, *, width: int = 390, height: int = 844) -> list[str]:
    """Look at a page that was sent as plain HTML, with the styles of ``url``, in a context that has scripts."""
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    try:
        page = context.new_page()
        page.route(url, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        page.goto(url)
        return grave_violations(page)
    finally:
        context.close()
