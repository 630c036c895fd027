"""``tidehub classify train|test|suggest``: categories for messages, learnt from the user's own spreadsheet."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from tidehub.cli.correlate import read_file, refusals
from tidehub.kernel.errors import refusal_kind

LABELS_MISSING = refusal_kind(
    "labels_missing",
    zh="没有类别列或类别均为空",
    en="There is no column of categories, or it is empty",
    do_zh="请提供名为 category（类别、一级标签）的列，或用 --label 指定列名。",
    do_en="Name a column category (类别), or say which one with --label.",
    category="missing",
)


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("classify", help="suggest categories of messages · 报件分类建议")
    kinds = command.add_subparsers(dest="kind", required=True)
    train = kinds.add_parser("train", help="learn from labelled messages")
    train.add_argument("file", type=Path, help="CSV with text and category")
    train.add_argument("--out", type=Path, required=True, help="where the model is written (NPZ, no pickle)")
    test = kinds.add_parser("test", help="measure a model on labelled messages it has not seen")
    test.add_argument("file", type=Path, help="CSV with text and category")
    test.add_argument("--rows", action="store_true", help="also print what was suggested for each row")
    suggest = kinds.add_parser("suggest", help="suggest categories, places and urgency for messages")
    suggest.add_argument("file", type=Path, nargs="?", help="CSV with text")
    suggest.add_argument("--text", help="one message instead of a file")
    suggest.add_argument("--sure", type=float, default=0.6, help="below this probability it says it is not sure")
    for one in (test, suggest):
        one.add_argument("--model", type=Path, required=one is test, help="a model of tidehub classify train")
    for one in (train, test):
        one.add_argument("--label", metavar="COLUMN", help="column of the categories")
    for one in (train, test, suggest):
        one.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(carry_out=carry_out)


def carry_out(args: argparse.Namespace) -> int:
    """Train, test or suggest."""
    return {"train": _train, "test": _test, "suggest": _suggest}[args.kind](args)


def _labelled(args: argparse.Namespace) -> tuple[list[Any], list[Any]]:
    from tidehub.adapters.csvfile.messages import read_messages

    rows = read_messages(read_file(args.file), need_time=False, category_column=args.label)
    messages = [m for m in rows.messages if m.category and (m.text or m.subject)]
    if not messages:
        raise LABELS_MISSING("category")
    return messages, rows.refused


def _train(args: argparse.Namespace) -> int:
    from tidehub.methods.text.train import Example, train

    messages, refused = _labelled(args)
    model = train([Example(m.text, m.subject, m.category) for m in messages])
    raw = model.save()
    part = args.out.with_name(args.out.name + ".part")
    part.write_bytes(raw)
    os.replace(part, args.out)  # a reader never sees half a model
    answer = {"model": args.out.name, "bytes": len(raw), "categories": list(model.categories), **model.meta,
              "refused": refusals(refused)}  # fmt: skip
    if args.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(f"{answer['rows']} 条 messages · {len(model.categories)} 类 categories · 交叉验证 cross-validated: "
              f"首选 top 1 {answer['top1']:.3f}，前三 top 3 {answer['top3']:.3f}")  # fmt: skip
        for category, count in answer["dropped"].items():
            print(f"样本过少，未学习 too few, left out: {category} ({count})", file=sys.stderr)
    return 0


def _test(args: argparse.Namespace) -> int:
    import numpy as np

    from tidehub.methods.text import Classifier
    from tidehub.methods.text.train import readings

    model = Classifier.load(read_file(args.model))
    messages, refused = _labelled(args)
    known = {category: at for at, category in enumerate(model.categories)}
    chances = np.asarray([model.chances(*model.vector(m.text, m.subject)) for m in messages])
    strange = sorted({m.category for m in messages if m.category not in known})
    y = np.asarray([known.get(m.category, -1) for m in messages])
    seen = y >= 0
    read = readings(chances[seen], y[seen]) if seen.any() else {}
    order = np.argsort(-chances, axis=1, kind="stable")
    answer: dict[str, Any] = {
        "rows": len(messages),
        # over all rows: a category that the model never saw counts as wrong
        "top1": round(float((order[:, 0] == y).mean()), 4),
        "top3": round(float((order[:, :3] == y[:, None]).any(axis=1).mean()), 4),
        "unknown_categories": strange,
        "known_rows": read,
        "by_category": _by_category(order[:, 0], y, model.categories),
        "refused": refusals(refused),
    }
    if args.rows:
        answer["suggested"] = [
            {"id": m.id, "line": m.line, "true": m.category,
             "top": [[model.categories[k], round(float(chances[i, k]), 4)] for k in order[i, :3]]}
            for i, m in enumerate(messages)
        ]  # fmt: skip
    if args.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(f"{answer['rows']} 条 messages: 首选 top 1 {answer['top1']:.3f}，前三 top 3 {answer['top3']:.3f}")
        for category, one in answer["by_category"].items():
            print(f"  {category}: {one['right']}/{one['rows']}")
    return 0


def _by_category(first: Any, y: Any, categories: tuple[str, ...]) -> dict[str, dict[str, int]]:
    return {
        category: {"rows": int((y == k).sum()), "right": int(((y == k) & (first == k)).sum()),
                   "suggested": int((first == k).sum())}
        for k, category in enumerate(categories)
    }  # fmt: skip


def _suggest(args: argparse.Namespace) -> int:
    from tidehub.adapters.csvfile.messages import read_messages
    from tidehub.methods.text import Classifier

    model = Classifier.load(read_file(args.model)) if args.model else None
    if args.text is not None:
        rows, refused = [("", 0, args.text, "")], []
    elif args.file:
        found = read_messages(read_file(args.file), need_time=False)
        rows, refused = [(m.id, m.line, m.text, m.subject) for m in found.messages], found.refused
    else:
        raise LABELS_MISSING("text")
    answers = [
        _about(model, text, subject, args.sure) | {"id": name, "line": line} for name, line, text, subject in rows
    ]
    if args.json:
        print(json.dumps({"suggested": answers, "refused": refusals(refused)}, ensure_ascii=False))
    else:
        for one in answers:
            top = "，".join(f"{s['category']} {s['probability']:.2f}" for s in one["categories"])
            unsure = "" if one["sure"] else "（不确定 not sure）"
            print(f"{one['id']}  {top}{unsure}  {one['address']}  {'、'.join(one['urgency']['words'])}")
    return 0


def _about(model: Any, text: str, subject: str, sure: float) -> dict[str, Any]:
    from tidehub.methods.text import day_zero_topics, find_places, urgency

    whole = f"{subject} {text}".strip()
    categories: list[dict[str, Any]]
    if model is None:  # day zero: the list of words is all there is
        topics = day_zero_topics()
        about = sorted(topics.about(whole).items(), key=lambda row: -row[1])[:3]
        categories = [
            {
                "category": topics.by_code[c].zh,
                "probability": round(0.8 * p, 4),
                "because": _said(topics.by_code[c], whole),
            }
            for c, p in about
        ]
    else:
        categories = [
            {"category": s.category, "probability": s.probability, "because": list(s.because)}
            for s in model.suggest(text, subject)
        ]
    places, haste = find_places(whole), urgency(whole)
    return {
        "categories": categories,
        "sure": bool(categories) and categories[0]["probability"] >= sure,
        "basis": "model" if model else "words",
        "places": [{"text": name.text, "kind": name.kind} for name in places.names],
        "address": places.address,
        "urgency": {"level": haste.level, "score": haste.score, "words": list(haste.words)},
    }


def _said(topic: Any, whole: str) -> list[str]:
    return [word for word in topic.words if word.lower() in whole.lower()][:3]
