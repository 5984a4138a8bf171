"""The first version of the visit rules: intervals, levels and limits, each with its source in the room's rules.

It decides from the year of the national norm on, so that visits loaded from before this system have a rule set too.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KIND, VERSION = "visits", "2026.1"
CONTENT = {
    "version": "2026.1",
    "unstable_days": 14,
    "intervention_days": 14,
    "stable_months": 3,
    "not_stable_months": 1,
    "visits_a_year": 4,
    "after_event_days": 14,
    "police_level": 3,
    "self_harm_level": 4,
    "joint_visit_level": 2,
    "social_poor": "any",
    "late_entry_working_days": 10,
    "lost_after_attempts": 3,
    "attempt_again_days": 7,
    "inpatient_check_months": 1,
    "custody_check_months": 3,
    "lost_check_months": 1,
    "unlocking_days": 7,
    "unseen_months": 6,
    "due_soon_days": 7,
    "long_overdue_days": 30,
}

rule_sets = sa.table(
    "rule_sets",
    sa.column("kind", sa.String),
    sa.column("version", sa.String),
    sa.column("valid_from", sa.Date),
    sa.column("content", sa.Text),
    sa.column("source", sa.String),
    sa.column("created_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    op.bulk_insert(
        rule_sets,
        [
            {
                "kind": KIND,
                "version": VERSION,
                "valid_from": date(2018, 1, 1),
                "content": json.dumps(CONTENT, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
                "source": "国家基本公共卫生服务规范（第三版）；严重精神障碍管理治疗工作规范（2018年版）；系统默认设置",
                "created_at": datetime(2026, 1, 1, tzinfo=UTC),
            }
        ],
    )


def downgrade() -> None:
    """The guard that keeps rule sets append-only steps aside for this; every migration ends with all guards anew."""
    on = "" if op.get_bind().dialect.name == "sqlite" else " ON rule_sets"
    op.execute(f"DROP TRIGGER IF EXISTS guard_rule_sets_no_delete{on}")
    op.execute(sa.delete(rule_sets).where(rule_sets.c.kind == KIND, rule_sets.c.version == VERSION))
