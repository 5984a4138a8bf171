"""Pages that show several rooms together: homes, the patient's page, what is late, what can be printed."""

from __future__ import annotations

from app.desk.queries import agenda as agenda  # offers alerts to conferences
from app.desk.views import agreements as agreements
from app.desk.views import alerts as alerts
from app.desk.views import checking as checking
from app.desk.views import consents as consents
from app.desk.views import day_sheet, home, late, patient, printing, reassessing, reports, requests, transfers, words
from app.desk.views import dependants as dependants
from app.desk.views import kept_papers as kept_papers
from app.desk.views import plans as plans
from app.desk.views import teams as teams
from app.desk.views import working_days as working_days
from app.desk.views.blueprint import desk
from app.desk.views.work import work

__all__ = [
    "day_sheet",
    "desk",
    "home",
    "late",
    "patient",
    "printing",
    "reassessing",
    "reports",
    "requests",
    "transfers",
    "words",
    "work",
]
