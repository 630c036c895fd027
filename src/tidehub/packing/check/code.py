"""The pack's code: it speaks with the platform through ``tidehub.sdk`` alone; decisions touch nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tidehub.packing.check.finding import Finding, House
from tidehub.packing.model import Pack

IMPURE = frozenset({"asyncio", "http", "os", "random", "secrets", "socket", "sqlite3", "subprocess", "time", "urllib"})
"""Modules by which a decision would touch the disk, the network, the clock or chance."""
FOR_TESTS = ("tidehub.testkit", "tidehub.packing")
"""What the tests of a pack may use beside the SDK."""
PURE_FILES = frozenset({"decide.py", "facts.py", "commands.py", "rules.py"})


def check(pack: Pack, house: House) -> Iterator[Finding]:
    """Imports of every file, by its syntax tree; nothing is run."""
    own = package_of(pack.folder)
    for path in sorted(pack.folder.rglob("*.py")):
        where = str(path.relative_to(pack.folder))
        try:
            tree = _tree(path.read_text("utf-8"), where)
        except SyntaxError as error:
            yield _finding(
                where,
                error.lineno,
                f"语法错误：{error.msg}",
                f"a syntax error: {error.msg}",
                "改正",
                "mend it",
            )
            continue
        tests = where.startswith("tests/")
        for line, module, names in _imports(tree):
            yield from _import(where, line, module, names, own, house.public, tests)


def _tree(text: str, where: str) -> ast.AST:
    try:
        return ast.parse(text, where)
    except SystemError:  # CPython 3.11 stumbles over its own garbage collector there, once (gh-106905)
        return ast.parse(text, where)


def package_of(folder: Path) -> str:
    """Dotted name under which a pack's folder is imported."""
    parts, above = [folder.name], folder.parent
    while (above / "__init__.py").is_file():
        parts.insert(0, above.name)
        above = above.parent
    return ".".join(parts)


def _imports(tree: ast.AST) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ()
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module or "", tuple(alias.name for alias in node.names)


def _import(
    where: str, line: int, module: str, names: tuple[str, ...], own: str, public: frozenset[str], tests: bool
) -> Iterator[Finding]:
    top = module.partition(".")[0]
    allowed = ("tidehub.sdk", *FOR_TESTS) if tests else ("tidehub.sdk",)
    if top == "tidehub" and not any(_within(module, one) for one in allowed):
        yield _finding(
            where,
            line,
            f"直接导入了平台内部的 {module}",
            f"it imports {module} from inside the platform",
            "只从 tidehub.sdk 导入（测试另可用 tidehub.testkit、tidehub.packing）；缺少的名称请提议加入 SDK",
            "import from tidehub.sdk alone (tests: testkit and packing too); propose for it what it lacks",
        )
    elif module == "tidehub.sdk":
        for name in sorted(set(names) - public):
            yield _finding(
                where,
                line,
                f"tidehub.sdk 没有公开 {name}",
                f"{name} is not a public name of tidehub.sdk",
                "用 __all__ 中的名称",
                "use a name of its __all__",
            )
    elif top == own.partition(".")[0] and not _within(module, own) and "." in own:
        yield _finding(
            where,
            line,
            f"导入了别的场景包 {module}",
            f"it imports another pack, {module}",
            "场景包互不相识；共用的东西应属于平台",
            "packs do not know each other; what they share belongs to the platform",
        )
    elif top in IMPURE and Path(where).name in PURE_FILES and not tests:
        yield _finding(
            where,
            line,
            f"决定和规则不得使用 {module}",
            f"decisions and rules may not use {module}",
            "把时间、位置等作为参数传入",
            "pass time, place and the like as arguments",
        )


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _finding(where: str, line: int | None, zh: str, en: str, fix_zh: str, fix_en: str) -> Finding:
    return Finding("code", f"{where}:{line}" if line else where, zh, en, fix_zh, fix_en)
