"""Custody (物质平衡): where the waste is, and whether the masses agree. See ``README.md``."""

from packs.blue_circle.custody import decide
from packs.blue_circle.custody.commands import OpenDiscrepancy, RecordRun, ResolveDiscrepancy
from packs.blue_circle.custody.facts import FACTS, DiscrepancyOpened, DiscrepancyResolved, RunRecorded
from packs.blue_circle.custody.model import Amount
from packs.blue_circle.custody.queries import landing_of, on_board_g, stock_of, tickets
from packs.blue_circle.custody.tables import READS, TABLES, load_run, load_ticket, project
from tidehub.sdk import Capability, Handler, Subject

__all__ = [
    "Amount",
    "DiscrepancyOpened",
    "DiscrepancyResolved",
    "OpenDiscrepancy",
    "RecordRun",
    "ResolveDiscrepancy",
    "RunRecorded",
    "capability",
    "landing_of",
    "on_board_g",
    "stock_of",
    "tickets",
]


def _of_run(_state: object, command: RecordRun) -> Subject:
    return Subject(command.region_code)


def capability() -> Capability:
    """Make the face that the hub sees."""
    return Capability(
        name="custody",
        handlers=(
            Handler(RecordRun, load_run, decide.record_run, _of_run),
            Handler(OpenDiscrepancy, load_ticket, decide.open_discrepancy),
            Handler(ResolveDiscrepancy, load_ticket, decide.resolve_discrepancy),
        ),
        facts=FACTS,
        project=project,
        tables=TABLES,
        reads=READS,
    )
