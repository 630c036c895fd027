"""What the machine says about ourselves."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tidehub
from tidehub.kernel.access import Rule
from tidehub.kernel.errors import RefusalKind, refusal_kinds
from tidehub.kernel.facts import Command, Fact

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "tidehub"
LINES_MAX = 420
# Longer ones, each with its reason; a file that has become short again must leave this table.
LONGER = {
    "src/tidehub/hub/migrations/versions/initial.py": "generated: the whole schema until the first release",
    "src/tidehub/api/open311.py": "one endpoint family of one standard, read top to bottom",
    "src/tidehub/capabilities/cases/model.py": "the whole shape of a lifecycle file in one place",
    "src/tidehub/capabilities/devices/desk.py": "the whole way of a position in one place",
    "tests/unit/field/test_field_refusals.py": "a table: every refusal with its twin",
    "tests/unit/tracking/test_tracking.py": "a table of tracks",
    "tests/unit/devices/test_devices_desk.py": "one desk, every way in which it can break",
}
CAPABILITY_FILES = frozenset(
    {
        "README.md",
        "__init__.py",
        "model.py",
        "commands.py",
        "facts.py",
        "decide.py",
        "tables.py",
        "queries.py",
        "ports.py",
    }
)
# A folder of this machine, or a word that speaks of how the text came about rather than of the platform.
FORBIDDEN = re.compile(
    r"(?<![\w.:/])/(?:"
    "work"
    r"|tmp"
    r"|root)/[a-z]|\b(?:sub"
    "agent|TO"
    "DO|FIX"
    r"ME|XX"
    r"X)\b"
)
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


def modules() -> Iterator[Any]:
    """Every module of the platform."""
    for found in pkgutil.walk_packages(tidehub.__path__, "tidehub."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


MODULES = list(modules())


def written_files(*endings: str) -> list[Path]:
    """Every file of ours with one of these endings."""
    folders = [ROOT / name for name in ("src", "tests", "packs", "benchmarks", "docs", "deploy")]
    found = [path for folder in folders if folder.is_dir() for path in folder.rglob("*") if path.suffix in endings]
    found += [path for path in ROOT.iterdir() if path.suffix in endings]
    return [path for path in found if "static" not in path.parts and "node_modules" not in path.parts]


def all_of(base: type) -> list[type]:
    """Every public subclass that is part of the platform."""
    found: set[type] = set()
    waiting = [base]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("tidehub.") and not kind.__name__.startswith("_"):
                found.add(kind)
    return sorted(found, key=lambda kind: (kind.__module__, kind.__name__))


def own_doc(kind: type) -> str:
    """The docstring that stands on the class itself, not one it inherits."""
    return (kind.__dict__.get("__doc__") or "").strip()


@pytest.mark.parametrize("kind", all_of(Command), ids=lambda kind: kind.__name__)
def test_every_command_has_a_rule_and_a_description(kind: type[Command]) -> None:
    """Who may ask stands on the command itself or on its own family, and what is asked is described."""
    assert own_doc(kind), f"{kind.__name__} is not described"
    stated = [base for base in kind.__mro__ if "rule" in base.__dict__ and base is not Command]
    assert stated, f"{kind.__name__} does not say who may"
    assert isinstance(kind.rule, Rule)


@pytest.mark.parametrize("kind", all_of(Fact), ids=lambda kind: kind.__name__)
def test_every_fact_is_described(kind: type[Fact]) -> None:
    """A fact says what has happened."""
    assert own_doc(kind), f"{kind.__name__} is not described"


def test_every_fact_and_command_can_be_found_by_name() -> None:
    """No two facts and no two commands share a name, for facts are read by their names."""
    for base in (Fact, Command):
        names = [kind.__name__ for kind in all_of(base)]
        assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})


@pytest.mark.parametrize("kind", refusal_kinds().values(), ids=lambda kind: kind.code)
def test_every_refusal_says_what_to_do_in_both_languages(kind: RefusalKind) -> None:
    """Chinese in the Chinese texts, none in the English ones, and an advice in each."""
    assert re.fullmatch(r"[a-z][a-z0-9_]*", kind.code)
    assert re.search(r"[\u4e00-\u9fff]", kind.zh), kind.zh
    assert re.search(r"[\u4e00-\u9fff]", kind.do_zh), kind.do_zh
    assert not re.search(r"[\u4e00-\u9fff]", kind.en), kind.en
    assert kind.do_en, kind.code


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_module_and_public_name_is_described(module: Any) -> None:
    """A reader never has to guess what a module, class or function is for."""
    assert (module.__doc__ or "").strip(), f"{module.__name__} says nothing of itself"
    for name, thing in vars(module).items():
        if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(thing) or inspect.isfunction(thing):
            said = own_doc(thing) if inspect.isclass(thing) else thing.__doc__ or ""
            assert said.strip(), f"{module.__name__}.{name} is not described"


@pytest.mark.parametrize("path", written_files(".py"), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_grows_beyond_a_screenful_of_screens(path: Path) -> None:
    """A file that nobody can hold in mind is two files."""
    lines = path.read_text(encoding="utf-8").count("\n")
    name = str(path.relative_to(ROOT))
    assert (lines > LINES_MAX) == (name in LONGER), f"{name} has {lines} lines"


def test_capabilities_have_the_same_few_files() -> None:
    """Knowing one capability is knowing all: the core files of the plan stand in every one of them."""
    for folder in sorted((SOURCE / "capabilities").iterdir()):
        if not folder.is_dir() or folder.name == "__pycache__":
            continue
        names = {path.name for path in folder.iterdir() if path.is_file()}
        assert {"README.md", "__init__.py"} <= names, f"{folder.name} lacks its README.md or its face"
        assert names & CAPABILITY_FILES >= {"README.md", "__init__.py", "tables.py"} or "queries.py" in names
        assert all(name in CAPABILITY_FILES or name.endswith(".py") for name in names), f"{folder.name}: {names}"


@pytest.mark.parametrize("path", written_files(".md"), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    """A link in a page of ours points to a file that is there."""
    for target in _LINK.findall(path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:|#", target):
            continue
        assert (path.parent / target.partition("#")[0]).exists(), f"{path.name}: {target}"


@pytest.mark.parametrize(
    "path",
    written_files(".py", ".md", ".toml", ".yaml", ".yml", ".ini", ".cfg"),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_the_repository_speaks_of_itself_alone(path: Path) -> None:
    """No folder of somebody's machine, no reminder of unfinished work."""
    if path == Path(__file__):
        return
    found = FORBIDDEN.search(path.read_text(encoding="utf-8"))
    assert found is None, f"{path.relative_to(ROOT)}: {found.group(0)!r}"


def test_sql_stands_where_tables_are() -> None:
    """Endpoints and flows ask queries; they write no SQL of their own."""
    for folder in ("api", "flows", "cli"):
        for path in (SOURCE / folder).glob("*.py"):
            assert not re.search(r"\bsql\(", path.read_text(encoding="utf-8")), f"{path.name} writes SQL"
