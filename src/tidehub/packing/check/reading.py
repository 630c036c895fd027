"""Reading every file on its own, so that all broken files are told at once and not only the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tidehub.capabilities.cases import read_lifecycle
from tidehub.capabilities.dispatch import read_dispatch_policies
from tidehub.capabilities.evaluation import read_definitions
from tidehub.capabilities.intake import read_catalogue, read_form
from tidehub.capabilities.ledger import read_plan, read_tariff
from tidehub.kernel.errors import Refusal
from tidehub.packing.check.finding import Finding, refused
from tidehub.packing.model import Pack
from tidehub.packing.read import read_pack, read_yaml

Reader = Callable[[dict[str, Any], str], Any]

_READERS: tuple[tuple[str, str, Reader], ...] = (
    ("lifecycle", "lifecycle.yaml", read_lifecycle),
    ("lifecycle", "lifecycles/*.yaml", read_lifecycle),
    ("forms", "categories.yaml", lambda raw, where: read_catalogue(raw, {}, where)),
    ("forms", "forms/*.yaml", lambda raw, where: read_form(raw, where, Path(where).stem)),
    ("dispatch", "dispatch.yaml", read_dispatch_policies),
    ("indicators", "indicators.yaml", read_definitions),
    ("tariffs", "tariffs/*.yaml", read_tariff),
    ("accounts", "accounts.yaml", read_plan),
)


def read_or_tell(folder: Path) -> tuple[Pack | None, list[Finding]]:
    """Read a pack; where that cannot be done, tell every file that stands in the way."""
    findings = list(_file_by_file(folder))
    try:
        pack = read_pack(folder)
    except Refusal as refusal:
        whole = refused("reading", folder.name, refusal)
        known = {finding.en for finding in findings}
        return None, findings if whole.en in known else [*findings, whole]
    except (OSError, SyntaxError, ImportError, AttributeError, TypeError, ValueError, KeyError) as error:
        return None, [*findings, _broken(error)]
    return pack, findings


def _file_by_file(folder: Path) -> Iterator[Finding]:
    for check, pattern, read in _READERS:
        for path in sorted(folder.glob(pattern)):
            where = str(path.relative_to(folder))
            try:
                read(read_yaml(path), where)
            except Refusal as refusal:
                yield refused(check, where, refusal)


def _broken(error: Exception) -> Finding:
    said = f"{type(error).__name__}: {error}"
    return Finding(
        "code",
        "__init__.py",
        f"场景包代码无法导入（{said}）",
        f"the pack's code cannot be imported ({said})",
        "先在 Python 中导入该模块，改正报错",
        "import the module in Python first and mend what it says",
    )
