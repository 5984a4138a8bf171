"""The floor of pages: a bare Flask application that does the same database work as ours and renders the same rows, and nothing else.

Plain SQL on the driver's own connection, one a process; no signing in beyond the look-up of the session, no permission, no CSRF,
no validation, no translation, no decryption, no log line. The statements are those of the product's two pages, written by hand: a
saved visit also stores its drug line, looks what else stands open for the patient, and ends the form's draft. Each is asked once.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

URL = os.environ["ANHU_DATABASE_URL"]
IS_SQLITE = URL.startswith("sqlite")
TODAY = date.fromisoformat(os.environ["ANHU_TODAY"])

app = Flask(__name__)
_kept: dict[str, Any] = {}


def connection() -> Any:
    if "connection" not in _kept:
        _kept["connection"] = _connect()
    return _kept["connection"]


def _connect() -> Any:
    if IS_SQLITE:
        opened = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=30000", "synchronous=FULL"):
            opened.execute(f"PRAGMA {pragma}")
        return opened
    return psycopg.connect(URL.replace("postgresql+psycopg", "postgresql"), autocommit=True)


def run(statement: str, values: tuple[Any, ...] = ()) -> Any:
    return connection().execute(statement if IS_SQLITE else statement.replace("?", "%s"), values)


def stamp() -> Any:
    now = datetime.now(UTC)
    return now.replace(tzinfo=None).isoformat(" ") if IS_SQLITE else now


def day(value: date) -> Any:
    return value.isoformat() if IS_SQLITE else value


SESSION = """
SELECT s.*, u.*, coalesce(a.name, p.name) FROM sessions s JOIN users u ON u.id = s.user_id
JOIN areas p ON p.code = u.area_code LEFT JOIN agencies a ON a.id = u.agency_id WHERE s.token_hash = ?
"""
KINDS = "'check_status', 'confirm_lost', 'follow_up', 'reassessment', 'unlocking'"
OPEN = f"state = 'open' AND area_code >= ? AND area_code < ? AND kind IN ({KINDS})"
COUNTS = f"""
SELECT coalesce(sum(CASE WHEN kind <> 'reassessment' AND due_on < ? THEN 1 ELSE 0 END), 0),
       coalesce(sum(CASE WHEN kind <> 'reassessment' AND due_on BETWEEN ? AND ? THEN 1 ELSE 0 END), 0),
       coalesce(sum(CASE WHEN kind <> 'reassessment' AND due_on > ? THEN 1 ELSE 0 END), 0),
       coalesce(sum(CASE WHEN kind = 'reassessment' THEN 1 ELSE 0 END), 0)
FROM tasks WHERE {OPEN}
"""
PLACES = "SELECT code, name FROM areas WHERE parent_code = ? ORDER BY code"
ROWS = f"""
SELECT t.id, t.public_id, t.kind, t.due_on, t.because, t.area_code, p.public_id, p.person_id, p.risk_level, p.visit_class,
       p.last_visit_on, p.last_visit_form, e.name, e.born_on, a.name
FROM tasks t JOIN patients p ON p.id = t.patient_id JOIN people e ON e.id = p.person_id JOIN areas a ON a.code = t.area_code
WHERE t.state = 'open' AND t.area_code >= ? AND t.area_code < ? AND t.kind IN ({KINDS}) AND t.kind <> 'reassessment'
  AND t.due_on < ? AND e.died_on IS NULL
ORDER BY -coalesce(p.risk_level, -1), t.due_on, t.id LIMIT 51
"""
PHONES = """
SELECT f.person_id, f.number_sealed, k.kek_id, k.wrapped FROM phones f JOIN person_keys k ON k.person_id = f.person_id
WHERE f.is_main AND f.person_id IN ({places})
"""

PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>任务</title><link rel="stylesheet" href="/static/anhu.css"></head>
<body><header class="bar"><b>安护</b> {{ place }}</header><main class="page"><h1>任务</h1>
<nav>{% for count in counts %}<a href="?tab={{ loop.index }}"><b>{{ count }}</b></a>{% endfor %}</nav>
<form><select name="place">{% for code, name in places %}<option value="{{ code }}">{{ name }}</option>{% endfor %}</select></form>
<ul class="items">
{% for row in rows %}
<li class="card item"><div class="row-line"><a class="item-name" href="/patients/{{ row.patient }}">{{ row.name }}</a>
<small>{{ row.age }} 岁</small> <small>{{ row.village }}</small><span class="pill late">逾期 {{ row.days }} 天</span></div>
<div class="sub">上次 {{ row.last }} {{ forms[row.form] }} · {{ classes[row.visit_class] }} · 危险性 {{ row.level }} 级</div>
<div class="because">因为 {{ row.because }}</div>
<div class="acts"><a class="btn btn-quiet" href="tel:{{ row.phone }}" aria-label="拨打 {{ row.name }} 的电话">拨打电话</a>
<a class="btn btn-quiet" href="/patients/{{ row.patient }}/visits/attempt">未访到</a>
<a class="btn btn-go" href="/patients/{{ row.patient }}/visits/new">开始随访</a></div></li>
{% endfor %}
</ul></main></body></html>"""
TEMPLATE = app.jinja_env.from_string(PAGE)
FORMS = {1: "门诊", 2: "家访", 3: "电话"}
CLASSES = {1: "不稳定", 2: "基本稳定", 3: "稳定"}


def who() -> Any:
    token = hashlib.sha256(request.cookies["anhu_session"].encode()).digest()
    return run(SESSION, (token,)).fetchone()


@app.get("/tasks/")
def worklist() -> str:
    user = who()
    prefix = request.args["prefix"]
    area = (prefix, prefix + ":")
    today, week = day(TODAY), day(TODAY + timedelta(days=7))
    counts = run(COUNTS, (today, today, week, week, *area)).fetchone()
    places = run(PLACES, (prefix.ljust(12, "0"),)).fetchall()
    found = run(ROWS, (*area, today)).fetchall()[:50]
    people = tuple(row[7] for row in found)
    phones = {row[0]: row[1] for row in run(PHONES.format(places=", ".join("?" * len(people))), people).fetchall()}
    return TEMPLATE.render(
        place=user[-1],
        counts=counts,
        places=places,
        rows=[_row(row, phones) for row in found],
        forms=FORMS,
        classes=CLASSES,
    )


def _row(row: Any, phones: dict[int, bytes]) -> dict[str, Any]:
    due, born, last = (date.fromisoformat(str(row[at])) for at in (3, 13, 10))
    because = json.loads(row[4])[0]
    return {
        "patient": row[6],
        "name": row[12],
        "age": TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day)),
        "village": row[14],
        "days": (TODAY - due).days,
        "last": f"{last.month}月{last.day}日",
        "form": row[11],
        "visit_class": row[9],
        "level": row[8],
        "because": f"稳定，{because['args']['months']} 个月随访一次（{because['args']['on']}）",
        "phone": len(phones[row[7]]),
    }


# -- saving a visit ----------------------------------------------------------------------------------------------------

PATIENT = "SELECT * FROM patients WHERE public_id = ? AND area_code >= ? AND area_code < ?"
PERSON = "SELECT * FROM people WHERE id = ?"
KEY = "SELECT id FROM follow_up_visits WHERE submission_key = ?"
HISTORY = """
SELECT id, visited_on, visit_class, form, objects, is_complete, behaviours, recorded_by, risk_level, next_due_on
FROM follow_up_visits WHERE patient_id = ? AND withdrawn_at IS NULL ORDER BY visited_on, id
"""
RULES = "SELECT content FROM rule_sets WHERE kind = 'visits' AND valid_from <= ? ORDER BY valid_from DESC LIMIT 1"
WORKDAYS = "SELECT day, is_working FROM workdays WHERE day BETWEEN ? AND ?"
VISIT = """
INSERT INTO follow_up_visits (public_id, submission_key, patient_id, area_code, visited_on, form, objects, risk_level,
  psychotic_symptoms, insight, sleep, diet, sf_self_care, sf_housework, sf_work, sf_learning, sf_social, behaviours,
  minor_disturbances, public_order_incidents, criminal_incidents, other_harms, self_harms, suicide_attempts, locked_up,
  hospitalisation, lab_test, adherence, adverse_reaction, physical_illness, other_abnormal, treatment_effect, referral,
  rehab_measures, computed_class, visit_class, class_because, is_flagged, next_due_on, latest_due_on, due_because, warnings,
  rule_set_version, is_complete, is_late_entry, is_opening, doctor_id, recorded_at, recorded_by, national_due_on)
VALUES (?, ?, ?, ?, ?, 2, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, ?, ?, 1, 1, 1, 3, 3, '[]', ?, ?, ?,
  '[]', '[]', '2026.1', ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
LEVEL = """
INSERT INTO risk_levels (patient_id, level, assessed_on, source, source_id, recorded_at, recorded_by)
VALUES (?, 0, ?, 'visit', ?, ?, ?)
"""
CLOSE = """
UPDATE tasks SET state = 'done', closed_at = ?, closed_by = ?, outcome = '{}'
WHERE patient_id = ? AND kind = 'follow_up' AND state = 'open'
"""
NEXT = """
INSERT INTO tasks (public_id, kind, patient_id, period, area_code, due_on, because, state, opened_at)
VALUES (?, 'follow_up', ?, ?, ?, ?, '[]', 'open', ?)
"""
COPIES = """
UPDATE patients SET risk_level = 0, risk_assessed_on = ?, visit_class = 3, last_visit_id = ?, last_visit_on = ?,
  last_visit_form = 2, last_seen_on = ?, next_due_on = ?, version = version + 1 WHERE id = ?
"""
MEDICINE = """
INSERT INTO visit_medicines (visit_id, is_guidance, line, name, morning_mg, night_mg) VALUES (?, ?, 1, ?, ?, ?)
"""
STANDING = "SELECT id, kind FROM tasks WHERE patient_id = ? AND state = 'open' ORDER BY id"
DRAFT = "DELETE FROM visit_drafts WHERE user_id = ? AND patient_id = ?"
EVENT = """
INSERT INTO audit_events (at, actor_user_id, actor_role, action, subject_kind, subject_id, area_code, count, detail, commitment, salt)
VALUES (?, ?, 'doctor', 'visits.recorded', 'visit', ?, ?, 1, '{}', ?, ?)
"""


@app.post("/patients/<public_id>/visits/new")
def save_visit(public_id: str) -> Response:
    who()
    visit, now, next_on = secrets.token_urlsafe(16), stamp(), day(TODAY + timedelta(days=90))
    user, today = int(request.args["user"]), day(TODAY)
    run("BEGIN IMMEDIATE" if IS_SQLITE else "BEGIN")
    lock = "" if IS_SQLITE else " FOR UPDATE"
    found = run(PATIENT + lock, (public_id, "34", "34:"))
    patient = dict(zip((column[0] for column in found.description), found.fetchone(), strict=True))
    run(PERSON, (patient["person_id"],)).fetchone()
    run(KEY, (request.form["submission_key"],)).fetchone()
    run(HISTORY, (patient["id"],)).fetchall()
    run(RULES, (today,)).fetchone()
    run(WORKDAYS, (day(date(TODAY.year, 1, 1)), day(date(TODAY.year + 1, 12, 31)))).fetchall()
    values = (visit, request.form["submission_key"], patient["id"], patient["area_code"], today)
    flags = (1, False, False, next_on, next_on, True, False, False, user, now, user, day(TODAY + timedelta(days=14)))
    visit_id = run(VISIT, (*values, *flags)).fetchone()[0]
    sent = request.form
    doses = (sent["medicines_1_name"], sent["medicines_1_morning_mg"], sent["medicines_1_night_mg"])
    run(MEDICINE, (visit_id, False, *doses))
    run(STANDING, (patient["id"],)).fetchall()
    run(LEVEL, (patient["id"], today, visit_id, now, user))
    run(CLOSE, (now, user, patient["id"]))
    run(NEXT, (secrets.token_urlsafe(16), patient["id"], f"visit:{visit_id}", patient["area_code"], next_on, now))
    run(COPIES, (today, visit_id, today, today, next_on, patient["id"]))
    run(EVENT, (now, user, visit, patient["area_code"], "0" * 64, "0" * 32))
    run(DRAFT, (user, patient["id"]))
    run("COMMIT")
    return redirect(f"/patients/{public_id}/visits/{visit}/saved", 303)
