"""``tidehub``: finds the command and runs it. A refusal is printed in both languages, never as a traceback."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from tidehub import __version__
from tidehub.kernel.errors import Refusal, Unavailable

# A command's module by its word; only the one that is asked for is imported, which makes a start quick.
COMMANDS = {
    "run": "run",
    "demo": "demo",
    "trace": "trace",
    "replay": "replay",
    "verify": "verify",
    "story": "story",
    "bench": "bench",
    "check-pack": "check_pack",
    "new-pack": "new_pack",
    "import": "exchange",
    "export": "exchange",
    "reference": "reference",
    "route": "route",
    "simulate": "simulate",
    "plan": "plan",
    "correlate": "correlate",
    "classify": "classify",
}


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """Make the parser of all commands, or of the one that is asked for."""
    top = argparse.ArgumentParser(
        prog="tidehub",
        description="潮汇 Tidehub: 报件、案件、派单、现场、单证、评价 · reports, cases, jobs, documents, evaluation",
    )
    top.add_argument("--version", action="version", version=f"tidehub {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    names = [COMMANDS[only]] if only in COMMANDS and only != "reference" else COMMANDS.values()
    for name in dict.fromkeys(names):
        importlib.import_module(f"tidehub.cli.{name}").add_to(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it says, 1 when it found faults, 2 when it could not be carried out."""
    words = sys.argv[1:] if argv is None else list(argv)
    args = parser(words[0] if words else None).parse_args(words)
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
