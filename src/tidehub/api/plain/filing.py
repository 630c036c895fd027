"""Filing a report by a plain form: the page around the pack's form, and from what was sent to the command.

Inputs of the page itself are called ``our-...``: no field of a pack can be (a field's name has no hyphen).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from tidehub.api.errors import TOO_LARGE, UNSUPPORTED_MEDIA
from tidehub.api.forms import SentForm
from tidehub.api.intake_doors import NewReport, report_command
from tidehub.api.plain.form import Texts, Wrong, draw_form
from tidehub.api.plain.page import described, framed, hidden, note, pick
from tidehub.api.plain.words import Language, say
from tidehub.api.reports import NearReport
from tidehub.api.services import Services
from tidehub.capabilities.intake import Contact, GivenPosition, ReceiveReport
from tidehub.capabilities.intake.catalogue import Offer
from tidehub.capabilities.intake.refusals import PLACE_MISSING
from tidehub.kernel.access import ANONYMOUS, Actor
from tidehub.kernel.errors import Unavailable

PHOTOS_MAX = 5
_PICTURES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif")


async def keep_photos(services: Services, form: SentForm, by: str) -> list[str]:
    """Store the photos that came, and give the digests of all that this report has by now.

    Raises
    ------
    Refusal
        ``body_too_large`` for too many, ``unsupported_media`` for what is no picture.
    Unavailable
        Without a store of files.
    """
    kept = [one for one in form.fields.get("our-media", []) if one][:PHOTOS_MAX]
    if form.files and services.files is None:
        raise Unavailable("file store")
    for file in form.files:
        if len(kept) >= PHOTOS_MAX:
            raise TOO_LARGE("photo", max=PHOTOS_MAX)
        if file.media_type not in _PICTURES:
            raise UNSUPPORTED_MEDIA("photo", media_type=file.media_type[:60], wanted=", ".join(_PICTURES))
        assert services.files is not None
        stored = await services.files.put(file.chunks(), media_type=file.media_type, by=by)
        kept += [stored.sha256] * (stored.sha256 not in kept)
    return kept


def wrong_inputs(services: Services, offer: Offer, form: SentForm, actor: Actor, language: Language) -> dict[str, str]:
    """What is wrong outside the pack's form: place and telephone."""
    wrong = {}
    place, address = _one(form, "our-place"), _one(form, "our-address")
    if offer.service.place == "required" and not address and services.registers.places.get(place) is None:
        refusal = PLACE_MISSING("position")
        wrong["our-place"] = (
            f"{refusal.text(language)}{'。' if language == 'zh' else '. '}{say('place_help', language)}"
        )
    if actor.id == ANONYMOUS.id and not offer.service.anonymous and not _one(form, "our-phone"):
        wrong["our-phone"] = say("phone_needed", language)
    return wrong


def filed_command(
    services: Services, offer: Offer, form: SentForm, answers: dict[str, Any], actor: Actor
) -> ReceiveReport:
    """Turn what was sent into the command; the hidden key makes the same page sent twice one report."""
    place = services.registers.places.get(_one(form, "our-place"))
    joins = _one(form, "our-same_as")
    phone = _one(form, "our-phone")
    told = NewReport(
        service_code=offer.service.code,
        channel="web",
        description=_one(form, "our-description")[:4000],
        position=None if place is None else GivenPosition(place.position.lon, place.position.lat, "WGS84"),
        place_id=_one(form, "our-place") if place is not None else "",
        address=_one(form, "our-address")[:500],
        answers=answers,
        media=tuple(form.fields.get("our-media", ())),
        contact=Contact(phone=phone[:40]) if phone else None,
        same_as="" if joins == "none" else joins,
    )
    return report_command(told, actor, _one(form, "our-key") or None)


def _one(form: SentForm, name: str) -> str:
    return form.fields.get(name, [""])[0].strip()


def draw_filing(
    services: Services,
    offer: Offer,
    texts: Texts,
    wrong: Wrong,
    near: Sequence[NearReport],
    language: Language,
    *,
    is_known: bool,
) -> str:
    """Draw the page: what is wrong, what lies nearby, the pack's form, place, photos, telephone, who will see it."""
    service = offer.service
    media = list(texts.get("our-media", ()))
    carried = hidden({"our-key": texts["our-key"][0] if texts.get("our-key") else ""}) + "".join(
        f'<input type="hidden" name="our-media" value="{escape(one)}">' for one in media
    )
    parts = [
        f"<h1>{pick(service.name, language)}</h1><p>{pick(service.description, language)}</p>",
        note(f"<strong>{say('wrong', language, len(wrong))}</strong>", "bad") if wrong else "",
        f'<form method="post" enctype="multipart/form-data" action="/plain/ask/{escape(service.code)}" novalidate>',
        carried,
        _near(near, language) if near else "",
        f'<section class="card">{draw_form(offer.form, texts, wrong, language)}{_detail(texts, language)}</section>',
        _place(services, texts, wrong, language) if service.place != "none" else "",
        _photos_and_phone(offer, texts, wrong, len(media), language, is_known=is_known),
        note(say("others_see" if service.public else "nobody_sees", language)),
        f'<button class="go">{say("send", language)}</button></form>',
    ]
    return "".join(parts)


def _near(near: Sequence[NearReport], language: Language) -> str:
    rows = "".join(
        f'<label class="choice"><input type="radio" name="our-same_as" value="{escape(one.report["report_id"])}">'
        + say(
            "near_one",
            language,
            title=pick(one.title, language),
            away=one.distance_m,
            voices=one.voices,
            status=pick(one.status_text, language),
        )
        + (f"<br>{escape(str(one.report['description'])[:120])}" if one.report["description"] else "")
        + "</label>"
        for one in near[:5]
    )
    none = '<label class="choice"><input type="radio" name="our-same_as" value="none" checked>'
    none += f"{say('near_none', language)}</label>"
    return (
        f'<fieldset class="card"><legend><h2>{say("near", language)}</h2></legend>'
        f'<p class="soft">{say("near_help", language)}</p>{rows}{none}'
        f'<button class="go">{say("send", language)}</button></fieldset>'
    )


def _detail(texts: Texts, language: Language) -> str:
    value = escape((texts.get("our-description") or [""])[0])
    inner = f'<textarea id="our-description" name="our-description" rows="3" maxlength="4000">{value}</textarea>'
    label = f'{say("detail", language)} <span class="soft">({say("optional", language)})</span>'
    return framed(inner, "our-description", label)


def _place(services: Services, texts: Texts, wrong: Wrong, language: Language) -> str:
    chosen = (texts.get("our-place") or [""])[0]
    said = wrong.get("our-place", "")
    options = "".join(
        f'<option value="{escape(id_)}"{" selected" if id_ == chosen else ""}>'
        f"{escape((place.name_en or place.name) if language == 'en' else place.name)}</option>"
        for id_, place in sorted(services.registers.places.all().items(), key=lambda pair: pair[1].name)
    )
    tied = described("our-place", wrong=said, help_=say("place_help", language))
    none = f'<option value="">{say("choose", language)}</option>'
    listed = f'<select id="our-place" name="our-place"{tied}>{none}{options}</select>'
    written = (
        f'<input type="text" id="our-address" name="our-address" maxlength="500"'
        f' value="{escape((texts.get("our-address") or [""])[0])}">'
    )
    return (
        f'<section class="card"><h2>{say("place", language)}</h2>'
        + framed(
            listed, "our-place", say("choose_place", language), wrong=escape(said), help_=say("place_help", language)
        )
        + framed(written, "our-address", say("address", language))
        + "</section>"
    )


def _photos_and_phone(
    offer: Offer, texts: Texts, wrong: Wrong, kept: int, language: Language, *, is_known: bool
) -> str:
    optional = f' <span class="soft">({say("optional", language)})</span>'
    photo = '<input type="file" id="our-photo" name="our-photo" accept="image/*" multiple'
    photo += ' aria-describedby="our-photo-help">'
    help_ = say("photos_help", language)
    if kept:
        help_ = f"{say('photos_kept', language, kept)}. {help_}"
    said = wrong.get("our-phone", "")
    needed = not is_known and not offer.service.anonymous
    phone_help = say("phone_needed" if needed else "phone_help", language)
    phone = (
        f'<input type="tel" id="our-phone" name="our-phone" autocomplete="tel" maxlength="40"'
        f' value="{escape((texts.get("our-phone") or [""])[0])}"{described("our-phone", wrong=said, help_=phone_help)}>'
    )
    return (
        '<section class="card">'
        + framed(photo, "our-photo", say("photos", language) + optional, help_=help_)
        + framed(
            phone,
            "our-phone",
            say("phone", language) + ("" if needed else optional),
            wrong=escape(said),
            help_=phone_help,
        )
        + "</section>"
    )
