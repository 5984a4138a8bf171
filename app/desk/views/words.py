"""Small words that several pages of the desk share, for templates."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.i18n import _
from app.core.reasons import Reason
from app.core.workdays import is_provisional
from app.desk.texts import owner_of
from app.desk.views.blueprint import desk
from app.tasks.rules import Shade, Standing

_TONES = {Shade.LONG_LATE: "late long", Shade.LATE: "late", Shade.SOON: "soon", Shade.FUTURE: "grey"}


desk.add_app_template_global(owner_of)


@desk.app_template_global("lateness")
def lateness(standing: Standing, because: Sequence[Reason] = ()) -> tuple[str, str]:
    """Tone and words of a due day: ("late", "逾期 14 天"); with its reasons also whether it is provisional."""
    days = standing.days
    if days < 0:
        words = _("逾期 %(n)s 天", n=-days)
    elif days == 0:
        words = _("今天到期")
    elif days == 1:
        words = _("明天到期")
    else:
        words = _("还有 %(n)s 天", n=days)
    return _TONES[standing.shade], _("%(words)s（暂定）", words=words) if is_provisional(because) else words
