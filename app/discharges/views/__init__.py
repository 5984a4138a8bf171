"""Records of a hospital, a unit's inbox, the county's board, and their papers."""

from __future__ import annotations

from app.discharges.queries import late as late  # offers late forms to conferences
from app.discharges.queries import levels as levels  # tells raters of the hospital's level
from app.discharges.views import answering, board, home, origins, papers, planning, printing, records
from app.discharges.views.blueprint import discharges

__all__ = ["answering", "board", "discharges", "home", "origins", "papers", "planning", "printing", "records"]
