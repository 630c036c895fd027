"""``tidehub correlate REPORTS.csv --json``: which reports mean one thing, and why.

Reads any spreadsheet of messages (:mod:`tidehub.adapters.csvfile.messages` lists the columns), refuses bad rows one
by one, and prints situations, the place of each report with the terms of its score, suggestions and what was refused.
When the file has a column of true incidents it also says how well the situations agree with it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from tidehub.kernel.errors import Refusal, refusal_kind
from tidehub.kernel.instants import format_instant

INPUT_UNREADABLE = refusal_kind(
    "input_unreadable",
    zh="读不到文件 {name}：{problem}",
    en="The file {name} cannot be read: {problem}",
    do_zh="请检查路径和权限。",
    do_en="Check the path and the permissions.",
    category="missing",
)


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("correlate", help="join reports about one thing · 报件关联")
    command.add_argument("file", type=Path, help="CSV of reports; UTF-8 or GB 18030")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument("--datum", help="datum of positions that name none: WGS84 (default), GCJ02, BD09")
    command.add_argument("--places", type=Path, help="CSV of known places: name, lon, lat, datum")
    command.add_argument("--truth", metavar="COLUMN", help="column of true incidents, to measure against")
    command.add_argument("--weights", type=Path, help="score card of your own, in the form of weights.json")
    command.add_argument("--pairs", action="store_true", help="list every pair of reports in one situation")
    command.set_defaults(carry_out=carry_out)


def read_file(path: Path) -> bytes:
    """Read a file the user named, or refuse."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise INPUT_UNREADABLE(None, name=path.name, problem=error.strerror or "error") from None


def carry_out(args: argparse.Namespace) -> int:
    """Correlate the file; 1 when rows were refused, 0 otherwise."""
    from tidehub.adapters.csvfile.messages import read_messages
    from tidehub.adapters.csvfile.places import read_places
    from tidehub.methods.matching import Preparer, Report, correlate, read_weights
    from tidehub.methods.text import Gazetteer

    rows = read_messages(read_file(args.file), datum=args.datum, truth_column=args.truth)
    gazetteer = Gazetteer(read_places(read_file(args.places))) if args.places else None
    weights = read_weights(json.loads(read_file(args.weights))) if args.weights else None
    reports = [
        Report(
            m.id, m.at.timestamp() if m.at else 0.0, m.text, m.subject,
            m.lon, m.lat, m.accuracy_m, m.category, m.source, m.reporter,
        )
        for m in rows.messages
    ]  # fmt: skip
    done = correlate(reports, preparer=Preparer(gazetteer=gazetteer), weights=weights)
    answer = _answer(done, rows.messages, args.pairs)
    answer = {"file": args.file.name, "columns": rows.columns, "rows": len(rows.rows), **answer}
    answer["refused"] = refusals(rows.refused)
    if args.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        _print(answer)
    return 1 if rows.refused else 0


def refusals(refused: Iterable[tuple[int, Refusal]]) -> list[dict[str, Any]]:
    """Rows that could not be read, for the answer."""
    return [
        {"line": line, "code": one.code, "field": one.field, "zh": one.text("zh"), "en": one.text("en"),
         "do_zh": one.advice("zh"), "do_en": one.advice("en")}
        for line, one in refused
    ]  # fmt: skip


def _link(link: Any) -> dict[str, Any]:
    return {
        "a": link.a, "b": link.b, "score": link.score, "probability": link.probability, "band": link.band,
        "terms": [{"name": t.name, "points": t.points, "zh": t.zh, "en": t.en} for t in link.terms],
    }  # fmt: skip


def _answer(done: Any, messages: list[Any], with_pairs: bool) -> dict[str, Any]:
    journal = done.correlator.journal
    situations = [_situation(done, name, members) for name, members in journal.situations().items()]
    placed = {one.report: one for one in done.placements}
    answer: dict[str, Any] = {
        "situations": situations,
        "reports": [
            {
                "id": m.id, "line": m.line, "situation": journal.situation_of(m.id), "band": placed[m.id].band,
                "link": _link(placed[m.id].link) if placed[m.id].link else None,
                "suggested": [
                    {"situation": journal.situation_of(link.b if link.a == m.id else link.a), "link": _link(link)}
                    for _, link in placed[m.id].suggested
                    if journal.situation_of(link.b if link.a == m.id else link.a) != journal.situation_of(m.id)
                ],
            }
            for m in messages
        ],
        "merged": [{"into": into, "other": other, "link": _link(link)} for into, other, link in done.merged],
        "thresholds": {"attach": done.correlator.weights.attach, "suggest": done.correlator.weights.suggest},
    }  # fmt: skip
    if with_pairs:
        answer["pairs"] = [
            {"a": a, "b": b, "situation": name}
            for name, members in journal.situations().items()
            for a, b in combinations(members, 2)
        ]
    truth = {m.id: m.truth for m in messages if m.truth}
    if truth:
        answer["truth"] = _measured(journal, truth)
    return answer


def _situation(done: Any, name: str, members: tuple[str, ...]) -> dict[str, Any]:
    prepared = [done.correlator.prepared[member] for member in members]
    points = [(p.report.lon, p.report.lat) for p in prepared if p.report.lon is not None]
    weight: dict[str, float] = {}
    names: dict[str, int] = {}
    for one in prepared:
        for code, share in one.topics.items():
            weight[code] = weight.get(code, 0.0) + share
        for place in one.places.names:
            names[place.text] = names.get(place.text, 0) + 1
    topic = done.correlator.preparer.topics.by_code[max(weight, key=lambda c: weight[c]) if weight else "other"]
    times = [one.report.at_s for one in prepared]
    return {
        "id": name,
        "reports": list(members),
        "topic": {"code": topic.code, "zh": topic.zh, "en": topic.en},
        "first_at": format_instant(datetime.fromtimestamp(min(times), UTC)),
        "last_at": format_instant(datetime.fromtimestamp(max(times), UTC)),
        "lon": round(sum(lon for lon, _ in points) / len(points), 6) if points else None,
        "lat": round(sum(lat for _, lat in points) / len(points), 6) if points else None,
        "places": sorted(names, key=lambda n: (-names[n], n))[:5],
        "confidence": round(done.correlator.situations[name].confidence, 3),
    }


def _measured(journal: Any, truth: dict[str, str]) -> dict[str, float]:
    from tidehub.methods.matching import agreement

    got = agreement({report: journal.situation_of(report) for report in truth}, truth)
    return {
        "reports": len(truth), "pairs_right": got.pairs_right, "pairs_wrong": got.pairs_wrong,
        "pairs_missed": got.pairs_missed, "precision": round(got.precision, 4), "recall": round(got.recall, 4),
        "f1": round(got.f1, 4), "b3_precision": round(got.b3_precision, 4), "b3_recall": round(got.b3_recall, 4),
        "false_merges": round(got.false_merges, 4),
    }  # fmt: skip


def _print(answer: dict[str, Any]) -> None:
    because = {one["id"]: one for one in answer["reports"]}
    for situation in answer["situations"]:
        places = "、".join(situation["places"])
        print(f"{situation['id']}  {situation['topic']['zh']}  {situation['first_at']}  {places}")
        for report in situation["reports"]:
            link = because[report]["link"]
            reason = "；".join(f"{t['zh']} {t['points']:+.1f}" for t in link["terms"]) if link else "首报 first"
            print(f"    {report}  {link['probability']:.2f}  {reason}" if link else f"    {report}  {reason}")
            for other in because[report]["suggested"]:
                print(f"        ? {other['situation']}  {other['link']['probability']:.2f}  请人工判断 for a person")
    for row in answer["refused"]:
        print(f"第 {row['line']} 行 line {row['line']}: {row['zh']} / {row['en']}", file=sys.stderr)
    if "truth" in answer:
        print(json.dumps(answer["truth"], ensure_ascii=False))
