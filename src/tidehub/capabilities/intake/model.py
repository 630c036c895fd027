"""Words of intake: what can be reported, what a service asks, who reports and from where.

A pack says what can be reported in ``categories.yaml`` (``categories`` and ``services``) and in one file for
each form, ``forms/<name>.yaml``. ``README.md`` shows both in full.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from tidehub.kernel.geometry import Position
from tidehub.kernel.quantities import Basis, Quantity, Unit

Channel = Literal[
    "web",
    "app",
    "phone",
    "sms",
    "chat",
    "mail",
    "counter",
    "patrol",
    "api",
    "open311",
    "cloudevents",
    "cap",
    "csv",
    "device",
]
FieldKind = Literal[
    "text", "long_text", "integer", "decimal", "boolean", "date", "instant", "choice", "choices", "lines"
]
UpdateStatus = Literal[
    "open", "investigating", "in_progress", "planned", "action_scheduled", "for_triage", "internal_referral",
    "duplicate", "not_councils_responsibility", "no_further_action", "fixed", "closed", "cancelled", "reopen",
    "unchanged",
]  # fmt: skip

Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_./-]{0,63}$")]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people read, in both languages."""

    zh: Annotated[str, msgspec.Meta(min_length=1)]
    en: Annotated[str, msgspec.Meta(min_length=1)]


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keywords in both languages."""

    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class Narrowing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a choice leaves open for another field of the same group.

    Parameters
    ----------
    only
        Codes that remain for a field of choice; empty leaves it as it is.
    minimum, maximum
        Bounds of a number, in the unit that was chosen.
    """

    only: tuple[str, ...] = ()
    minimum: int | float | None = None
    maximum: int | float | None = None


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to choose; ``narrows`` names fields of the same group and what it leaves to them."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    label: Text
    narrows: dict[str, Narrowing] = {}


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question of a form.

    Parameters
    ----------
    name, label, help
        Its key in the answers, its question, and what helps to answer it.
    kind
        ``lines`` is a group that repeats: its answers are a list of objects over ``fields``.
    required
        Whether it must be answered. Only an answered field is checked further.
    unit
        Unit of a number as people read it (``m``, ``kg``), where it is not a field of its own.
    minimum, maximum, digits
        Bounds of a number and the decimal digits it may carry (``decimal`` only).
    max_length, pattern
        Of a text; the pattern must match it whole.
    choices
        Of ``choice`` and ``choices``.
    fields, lines_min, lines_max
        Of ``lines``.
    personal
        Whether the answer is personal information, which is masked where it is read.
    """

    name: Name
    kind: FieldKind
    label: Text
    help: Text | None = None
    required: bool = False
    unit: str | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    digits: Annotated[int, msgspec.Meta(ge=0, le=6)] = 3
    max_length: Annotated[int, msgspec.Meta(ge=1, le=4000)] | None = None
    pattern: str | None = None
    choices: tuple[Choice, ...] = ()
    fields: tuple[Field, ...] = ()
    lines_min: Annotated[int, msgspec.Meta(ge=0)] = 1
    lines_max: Annotated[int, msgspec.Meta(ge=1, le=200)] = 20
    personal: bool = False


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The questions that a service asks, in their order."""

    name: Name
    fields: tuple[Field, ...] = ()
    title: Text | None = None


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A class of matters, with the time in which it holds.

    Parameters
    ----------
    code
        Stable; a case carries it.
    parent
        Code of the class above it.
    valid_from, valid_to
        First and last day on which it may be reported under.
    source
        Law, standard or notice that names it.
    """

    code: Code
    name: Text
    parent: Code | None = None
    valid_from: date = date(2000, 1, 1)
    valid_to: date | None = None
    source: str = ""


class Duplicates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How near in place and time an open report is to be shown as perhaps the same matter."""

    radius_m: Annotated[int, msgspec.Meta(ge=1, le=20_000)] = 100
    within_s: Annotated[int, msgspec.Meta(ge=1)] = 7 * 86_400


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be reported or asked for: a row of the catalogue.

    Parameters
    ----------
    code, name, description, keywords, group
        As the catalogue shows them; Open311 publishes the same.
    category
        Category of the reports made under it.
    form
        Name of the form that it asks; none asks nothing.
    place
        Whether the place must be said, may be, or has no meaning.
    anonymous
        Whether it may be reported without saying who one is.
    public
        Whether the report may be read by everyone, without its personal data.
    listed
        Whether it stands in the public catalogue.
    outside
        What becomes of a place outside every jurisdiction: ``home`` counts it to the home region.
    notice
        What the reporter is told on acceptance.
    duplicates
        When an open report nearby is to be suggested; none never suggests.
    lifecycle
        Lifecycle under which a report opens a case; empty opens none.
    valid_from, valid_to, source
        Days on which it is offered, and the rule that says so. Editions of one code follow each other.
    """

    code: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    name: Text
    description: Text
    category: Code
    group: Text | None = None
    keywords: Words = Words()
    form: Name | None = None
    place: Literal["required", "optional", "none"] = "required"
    anonymous: bool = True
    public: bool = True
    listed: bool = True
    outside: Literal["home", "refuse"] = "home"
    notice: Text | None = None
    duplicates: Duplicates | None = None
    lifecycle: str = ""
    valid_from: date = date(2000, 1, 1)
    valid_to: date | None = None
    source: str = ""


class GivenPosition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place as it was given: degrees in the datum it names."""

    lon: float
    lat: float
    datum: str


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the reporter can be reached. Personal information: masked wherever it is read."""

    name: Annotated[str, msgspec.Meta(max_length=100)] = ""
    phone: Annotated[str, msgspec.Meta(max_length=40)] = ""
    email: Annotated[str, msgspec.Meta(max_length=200)] = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.email)


class PublicState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the public reads when a case stands in a state; a state without one is not shown as an update.

    Parameters
    ----------
    lifecycle, state
        Names of the case's lifecycle and state.
    status
        Word of mySociety's extended Open311 for it.
    """

    lifecycle: str
    state: str
    status: UpdateStatus
    text: Text


class Same(msgspec.Struct, frozen=True):
    """The report that a new one says it is about the same matter as.

    Parameters
    ----------
    category, position
        What it is about and where, WGS 84.
    case_id
        Case that speaks for it; empty while none does.
    joinable
        Whether it is open and public.
    """

    category: str
    position: Position | None
    case_id: str
    joinable: bool


class ReportState(msgspec.Struct, frozen=True):
    """What deciding about a new report needs.

    Parameters
    ----------
    first_body_sha256
        Digest of the first body under the same key, if there was one.
    media_missing
        Digests that no stored file has.
    region_code
        Jurisdiction of the place; ``None`` where no place is given or it lies outside all.
    same
        The report that it joins, if it says so and there is one.
    """

    first_body_sha256: str | None = None
    media_missing: tuple[str, ...] = ()
    region_code: str | None = None
    same: Same | None = None


class KnownReport(msgspec.Struct, frozen=True):
    """A report that something further is done with.

    Parameters
    ----------
    joined_case_id
        Case that it was last joined with; ``case_id`` speaks for it now.
    update_body_sha256
        Digest of the first update under the same key, if there was one.
    """

    report_id: str
    reporter: str
    region_code: str
    case_id: str
    joined_case_id: str
    status: str
    withdrawn: bool
    closed_us: int | None
    rated_us: int | None
    update_body_sha256: str | None = None
    media_missing: tuple[str, ...] = ()


class EventState(msgspec.Struct, frozen=True):
    """What deciding about an event needs: the first body under its id, and where it lies."""

    first_body_sha256: str | None = None
    region_code: str | None = None


_UNITS: dict[str, tuple[Unit, int]] = {
    "g": ("g", 1), "kg": ("g", 1_000), "t": ("g", 1_000_000),
    "ml": ("ml", 1), "l": ("ml", 1_000), "m3": ("ml", 1_000_000),
    "piece": ("piece", 1),
}  # fmt: skip


def quantity_of(amount: int | float, unit: str, basis: Basis, *, density_kg_m3: int | None = None) -> Quantity:
    """Turn an answer (``12.5`` ``kg``) into an exact quantity in the platform's small units.

    The decimal that was written counts, not its binary neighbour; below a gram or millilitre it is rounded
    half up.
    """
    small, factor = _UNITS[unit]
    exact = Decimal(repr(amount)) * factor
    return Quantity(int(exact.quantize(Decimal(1), "ROUND_HALF_UP")), small, basis, density_kg_m3)
