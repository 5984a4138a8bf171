"""The home page, by role."""

from __future__ import annotations

from collections.abc import Callable

from app.core.access import Action, current_actor, permit
from app.core.actor import Actor, Role
from app.desk.views.blueprint import desk
from app.desk.views.caseload import today_list
from app.desk.views.inboxes import accounts_home, hospital_inbox, quiet_inbox, village_inbox
from app.desk.views.money import auditing, quarter_board, signing
from app.desk.views.overview import area_overview, city_counts


@desk.route("/")
@permit(Action.USE_OWN_ACCOUNT)
def home() -> str:
    actor = current_actor()
    return _HOMES[actor.role](actor)


_HOMES: dict[Role, Callable[[Actor], str]] = {
    Role.DOCTOR: today_list,
    Role.VILLAGE_DOCTOR: today_list,
    Role.HEALTH_LEAD: today_list,
    Role.COUNTY_OFFICE: area_overview,
    Role.COORDINATOR: area_overview,
    Role.TOWN: area_overview,
    Role.CITY_VIEWER: city_counts,
    Role.CLERK: quarter_board,
    Role.REVIEWER: signing,
    Role.FINANCE: signing,
    Role.AUDITOR: auditing,
    Role.VILLAGE_WORKER: village_inbox,
    Role.HOSPITAL: hospital_inbox,
    Role.POLICE: quiet_inbox,
    Role.PARTNER: quiet_inbox,
    Role.ADMIN: accounts_home,
}
