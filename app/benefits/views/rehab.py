"""Rehabilitation places with their seats."""

from __future__ import annotations

from flask import render_template, request, url_for

from app.areas.models import Agency
from app.areas.queries import list_agencies, list_towns, names_of
from app.areas.rules import code_of
from app.benefits.forms import PlaceForm
from app.benefits.labels import REFERRAL_STATES, REFERRAL_TONES
from app.benefits.models import RehabPlace
from app.benefits.queries.rehab import get_place, list_places_of, list_referrals
from app.benefits.queries.requests import OFFICES
from app.benefits.service.rehabilitating import keep_place
from app.benefits.views.blueprint import Answer, benefits, take
from app.core.access import Action, current_actor, permit
from app.core.forms import Form
from app.core.i18n import _
from app.core.web import read_session


@benefits.get("/rehab/")
@permit(Action.SEE_REHAB)
def rehab() -> str:
    """Places and open referrals; a partner's own."""
    session, actor = read_session(), current_actor()
    shows_all = request.args.get("all") == "1"
    return render_template(
        "rehab/index.html",
        places=list_places_of(session, actor),
        page=list_referrals(session, actor, only_open=not shows_all, cursor=request.args.get("after")),
        shows_all=shows_all,
        is_first_page="after" not in request.args,
        states=REFERRAL_STATES,
        tones=REFERRAL_TONES,
    )


@benefits.get("/rehab/places/new")
@permit(Action.KEEP_REHAB_PLACES)
def new_place() -> str:
    return _form(PlaceForm(formdata=None))


@benefits.post("/rehab/places/new", endpoint="store_place")
@permit(Action.KEEP_REHAB_PLACES)
def store() -> Answer:
    """A place that takes patients in."""
    form = PlaceForm()
    _offer(form)
    return take(
        form,
        lambda session, actor, _today, now: keep_place(session, actor, form.to_command(), now),
        _("已保存"),
        _form,
        lambda _done: url_for("benefits.rehab"),
    )


@benefits.get("/rehab/places/<public_id>/edit")
@permit(Action.KEEP_REHAB_PLACES)
def edit_place(public_id: str) -> str:
    """Name, seats, who runs it."""
    session = read_session()
    place = get_place(session, current_actor(), public_id)
    agency = session.get(Agency, place.agency_id) if place.agency_id else None
    given = {
        "area_code": place.area_code,
        "name": place.name,
        "capacity": place.capacity,
        "agency": agency.public_id if agency else "",
        "address": place.address,
        "phone": place.phone or "",
    }
    return _form(PlaceForm(formdata=None, **given), place)


@benefits.post("/rehab/places/<public_id>/edit", endpoint="change_place")
@permit(Action.KEEP_REHAB_PLACES)
def change(public_id: str) -> Answer:
    """What has changed at the place."""
    place = get_place(read_session(), current_actor(), public_id)
    form = PlaceForm()
    _offer(form)
    return take(
        form,
        lambda session, actor, _today, now: keep_place(session, actor, form.to_command(), now, public_id),
        _("已保存"),
        lambda refused: _form(refused, place),
        lambda _done: url_for("benefits.rehab"),
    )


def _offer(form: Form) -> None:
    session, actor = read_session(), current_actor()
    if not isinstance(form, PlaceForm):
        return
    county = code_of(actor.area_prefix[:6])
    areas = [(county, names_of(session, [county])[county])]
    areas += [(town.code, town.name) for town in list_towns(session, actor)]
    form.offer(areas, [one for kind in OFFICES for one in list_agencies(session, actor, kind)])


def _form(form: Form, place: RehabPlace | None = None) -> str:
    _offer(form)
    return render_template("rehab/place_form.html", form=form, place=place)
