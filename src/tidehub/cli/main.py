"""``tidehub``: finds the command and runs it. A refusal is printed in both languages, never as a traceback."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tidehub import __version__
from tidehub.cli import (
    bench,
    check_pack,
    demo,
    exchange,
    new_pack,
    reference,
    replay,
    route,
    run,
    story,
    trace,
    verify,
)
from tidehub.kernel.errors import Refusal, Unavailable

COMMANDS = (run, demo, trace, replay, verify, story, bench, check_pack, new_pack, exchange, reference, route)


def parser() -> argparse.ArgumentParser:
    """Make the parser of all commands; the reference page is written from it."""
    top = argparse.ArgumentParser(
        prog="tidehub",
        description="潮汇 Tidehub: 报件、案件、派单、现场、单证与评价 · reports, cases, jobs, field work, documents, evaluation",
    )
    top.add_argument("--version", action="version", version=f"tidehub {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it says, 1 when it found faults, 2 when it could not be carried out."""
    args = parser().parse_args(argv)
    try:
        return int(args.carry_out(args))
    except Refusal as refusal:
        where = f" [{refusal.field}]" if refusal.field else ""
        print(f"{refusal.text('zh')}{where} {refusal.advice('zh')}", file=sys.stderr)
        print(f"{refusal.text('en')}{where} {refusal.advice('en')}", file=sys.stderr)
        return 2
    except Unavailable as error:
        print(f"暂不可用 unavailable: {error.what}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    raise SystemExit(main())
