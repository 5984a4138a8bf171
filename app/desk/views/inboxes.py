"""Homes of those who are asked now and then: what is addressed to them today, or, calmly, what will be and when."""

from __future__ import annotations

from flask import render_template, request

from app.core.actor import Actor, Role
from app.core.clock import current_clock
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import read_session
from app.desk.queries.inbox import count_accounts, find_hospital, first_guardians
from app.desk.views.clues import clue_home
from app.desk.views.duty import duty_home
from app.desk.views.signatures import signature_home
from app.desk.views.support import support_home
from app.discharges.queries.wards import list_inpatients
from app.guardians.labels import RELATION_LABELS
from app.people.vault import Vault
from app.tasks.queries import Filters, worklist
from app.tasks.rules import TaskKind


def village_inbox(actor: Actor) -> str:
    """Residents whose agreement ends soon, with whom to call. Illness is no word of this page."""
    session, today = read_session(), current_clock().today()
    renewals = Filters(kind=TaskKind.AGREEMENT_RENEWAL)
    page = worklist(session, actor, renewals, today, request.args.get("after"))
    vault = Vault(session, current_keyring())
    return render_template(
        "desk/village.html",
        page=page,
        guardians=first_guardians(session, actor, vault, [row.patient for row in page.rows]),
        relations=RELATION_LABELS,
        clues=clue_home(session, actor),
        support=support_home(session, actor, today),
        duty=duty_home(session, actor, today),
        is_first_page="after" not in request.args,
    )


def hospital_inbox(actor: Actor) -> str:
    """This hospital's own stays that are still open."""
    session, today = read_session(), current_clock().today()
    return render_template(
        "desk/hospital.html",
        hospital=find_hospital(session, actor),
        stays=list_inpatients(session, actor, today),
    )


def quiet_inbox(actor: Actor) -> str:
    """Nothing is addressed to this role today; the page says what will be."""
    coming = {
        Role.POLICE: (
            _("出院对接单、应急处置和查找失访人员的请求"),
            _("有单据送到本所时，会按时限排在这里，一张单据只显示办理所需的内容。"),
        ),
        Role.PARTNER: (
            _("联合协商会交办本单位的事项和信息核对请求"),
            _("有事项交办本单位时，会写明依据和期限，列在这里。"),
        ),
    }
    what, how = coming[actor.role]
    session = read_session()
    return render_template(
        "desk/quiet.html",
        what=what,
        how=how,
        clues=clue_home(session, actor),
        signatures=signature_home(session, actor),
    )


def accounts_home(actor: Actor) -> str:
    """How the area's accounts stand; the administrator sees no patient."""
    return render_template("desk/accounts.html", counts=count_accounts(read_session(), actor))
