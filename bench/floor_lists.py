"""The floor of lists: search, alert board, overview and what is late, as plain SQL on the driver's own connection and one template.

The statements are those of the product's pages, written by hand; what is computed around them is the least that shows the rows.
Routes of the bare application in `bench/floor_app.py`, whose connection and look-up of the session they share.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request

from bench.floor_app import TODAY, app, day, run, who

__all__ = ["app"]

PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title><link rel="stylesheet" href="/static/anhu.css"></head>
<body><header class="bar"><b>安护</b> {{ place }}</header><main class="page"><h1>{{ title }}</h1>
<nav>{% for count in counts %}<a href="?tab={{ loop.index }}"><b>{{ count }}</b></a>{% endfor %}</nav>
<ul class="items">
{% for row in rows %}
<li class="card item"><div class="row-line"><a class="item-name" href="/patients/{{ row[0] }}">{{ row[1] }}</a>
<small>{{ row[2] }}</small><span class="pill late">{{ row[3] }}</span></div>
<div class="sub">{% for value in row[4:] %}{{ value }} · {% endfor %}</div></li>
{% endfor %}
</ul></main></body></html>"""
TEMPLATE = app.jinja_env.from_string(PAGE)
REGISTER = """
SELECT p.public_id, e.name, v.name, p.registry_status, e.born_on, p.risk_level, p.visit_class, p.last_visit_on, p.next_due_on, t.name
FROM ({keys}) k JOIN patients p ON p.id = k.patient_id JOIN people e ON e.id = p.person_id
JOIN areas v ON v.code = p.area_code JOIN areas t ON t.code = v.parent_code
WHERE p.area_code >= ? AND p.area_code < ? ORDER BY e.name_sort, p.id LIMIT 50
"""
SPELLED = "SELECT DISTINCT patient_id FROM name_keys WHERE area_code >= ? AND area_code < ? AND key >= ? AND key < ? LIMIT 100"
GRAM = "SELECT patient_id FROM name_keys WHERE area_code >= ? AND area_code < ? AND key = ? LIMIT 100"
LONGER = """
SELECT n.patient_id FROM name_keys n JOIN people e ON e.id = n.person_id
WHERE n.area_code >= ? AND n.area_code < ? AND n.key = ? AND e.name LIKE ? LIMIT 100
"""
PLACES = "SELECT code, name FROM areas WHERE parent_code = ? ORDER BY code"


def shown(title: str, user: Any, rows: Any, counts: Any = ()) -> str:
    return TEMPLATE.render(title=title, place=user[-1], rows=rows, counts=counts)


def area() -> tuple[str, str]:
    prefix = request.args["prefix"]
    return prefix, prefix + ":"


@app.get("/patients/")
def search() -> str:
    user, text = who(), request.args["q"]
    if text.isascii():
        found = run(REGISTER.format(keys=SPELLED), (*area(), text, text + "{", *area()))
    elif len(text) <= 2:
        found = run(REGISTER.format(keys=GRAM), (*area(), text, *area()))
    else:
        found = run(REGISTER.format(keys=LONGER), (*area(), text[:2], f"%{text}%", *area()))
    return shown("患者", user, found.fetchall())


# -- alert board -------------------------------------------------------------------------------------------------------

HERE = "p.registry_status = 'registered' AND p.management_status <> 'refused' AND p.area_code >= ? AND p.area_code < ?"
DUE = """
SELECT t.patient_id, t.kind, min(t.due_on) AS due_on, min(s.runs_out_on) AS out_on FROM tasks t
LEFT JOIN medicine_supplies s ON t.kind = 'supply' AND s.patient_id = t.patient_id AND t.period = 'supply:' || s.id
WHERE t.state = 'open' AND t.area_code >= ? AND t.area_code < ? AND t.due_on <= ?
  AND t.kind IN ('follow_up', 'injection', 'supply', 'unlocking', 'emergency_record') GROUP BY t.patient_id, t.kind
"""
ALERTS = f"""
SELECT p.id, CASE d.kind WHEN 'follow_up' THEN CASE WHEN p.management_status = 'lost' THEN NULL
    WHEN d.due_on < ? AND p.risk_level >= 3 THEN 2 WHEN d.due_on < ? AND p.visit_class = 1 THEN 1 WHEN d.due_on < ? THEN 108
    WHEN d.due_on < ? THEN 211 WHEN p.risk_level >= 3 THEN 314 END
  WHEN 'injection' THEN CASE WHEN d.due_on < ? THEN 107 WHEN d.due_on < ? THEN 207 ELSE 312 END
  WHEN 'supply' THEN CASE WHEN d.out_on <= ? THEN 209 WHEN d.due_on <= ? THEN 313 END
  WHEN 'unlocking' THEN 105 ELSE 0 END AS rank, p.risk_level AS level, p.area_code
FROM patients p JOIN ({DUE}) d ON d.patient_id = p.id WHERE {HERE}
UNION ALL
SELECT p.id, CASE WHEN p.management_status = 'lost' THEN CASE WHEN p.risk_level >= 3 THEN 3 ELSE 106 END
  WHEN p.risk_level >= 3 AND coalesce(p.last_seen_on, p.managed_from) < ? THEN 104 ELSE 210 END, p.risk_level, p.area_code
FROM patients p WHERE {HERE} AND (p.management_status = 'lost' OR p.care_setting NOT IN ('inpatient', 'custody', 'away_known')
  AND (coalesce(p.last_seen_on, p.managed_from) <= ? OR p.risk_level >= 3 AND coalesce(p.last_seen_on, p.managed_from) < ?))
"""
ALERT_BOARD = f"""
WITH alert AS ({ALERTS})
SELECT rank, count(*), '' AS name, '', 0, 0, '', '', '' FROM alert WHERE rank IS NOT NULL GROUP BY rank
UNION ALL
SELECT a.rank, p.id, e.name, v.name, p.risk_level, p.visit_class, g.name, t.name, p.public_id
FROM (SELECT * FROM alert WHERE rank BETWEEN 0 AND 99 ORDER BY rank, -level, area_code, id LIMIT 51) a
JOIN patients p ON p.id = a.id JOIN people e ON e.id = p.person_id JOIN areas v ON v.code = p.area_code
JOIN areas t ON t.code = v.parent_code LEFT JOIN agencies g ON g.id = p.agency_id
"""


@app.get("/alerts")
def alerts() -> str:
    user, here = who(), area()
    today, ahead = day(TODAY), day(TODAY + timedelta(days=7))

    def ago(days: int) -> Any:
        return day(TODAY - timedelta(days=days))

    duties = (today, today, ago(30), today, ago(7), today, today, today, *here, ahead, *here)
    contact = (ago(28), *here, ago(184), ago(28))
    found = run(ALERT_BOARD, (*duties, *contact)).fetchall()
    rows = sorted((row for row in found if row[2]), key=lambda row: row[0])[:50]
    return shown("预警", user, [(row[-1], *row[2:-1]) for row in rows], [row[1] for row in found if not row[2]])


# -- overview and what is late -----------------------------------------------------------------------------------------

PATIENTS = """
SELECT area_code, count(*), sum(CASE WHEN management_status = 'managed' THEN 1 ELSE 0 END),
  sum(CASE WHEN management_status = 'refused' THEN 1 ELSE 0 END), sum(CASE WHEN management_status = 'lost' THEN 1 ELSE 0 END),
  sum(CASE WHEN management_status = 'pending_consent' THEN 1 ELSE 0 END), sum(CASE WHEN risk_level >= 3 THEN 1 ELSE 0 END)
FROM patients WHERE registry_status = 'registered' AND area_code >= ? AND area_code < ? GROUP BY area_code
"""
DUTIES = """
SELECT area_code, sum(CASE WHEN kind = 'follow_up' AND due_on < ? THEN 1 ELSE 0 END),
  sum(CASE WHEN kind = 'follow_up' AND due_on BETWEEN ? AND ? THEN 1 ELSE 0 END),
  sum(CASE WHEN kind = 'reassessment' THEN 1 ELSE 0 END), sum(CASE WHEN kind = 'agreement_renewal' THEN 1 ELSE 0 END),
  sum(CASE WHEN kind = 'confirm_lost' THEN 1 ELSE 0 END)
FROM tasks WHERE state = 'open' AND area_code >= ? AND area_code < ? GROUP BY area_code
"""
COMPLIANCE = "'follow_up', 'reassessment', 'confirm_lost', 'agreement_renewal'"
OWED = f"""
SELECT t.agency_id, min(g.name), t.kind, count(*), min(t.due_on) FROM tasks t LEFT JOIN agencies g ON g.id = t.agency_id
WHERE t.state = 'open' AND t.area_code >= ? AND t.area_code < ? AND t.kind IN ({COMPLIANCE}) AND t.due_on < ?
GROUP BY t.agency_id, t.kind ORDER BY count(*) DESC LIMIT 8
"""
LATE = f"""
SELECT p.public_id, e.name, v.name, t.due_on, t.kind, t.because, g.name, p.risk_level
FROM (SELECT id FROM tasks WHERE state = 'open' AND area_code >= ? AND area_code < ? AND kind IN ({COMPLIANCE}) AND due_on < ?
      ORDER BY due_on, id LIMIT 51) k
JOIN tasks t ON t.id = k.id JOIN patients p ON p.id = t.patient_id JOIN people e ON e.id = p.person_id
JOIN areas v ON v.code = t.area_code LEFT JOIN agencies g ON g.id = t.agency_id ORDER BY t.due_on, t.id
"""
LOADS = f"""
SELECT t.agency_id, min(g.name), t.kind, count(*), min(t.due_on) FROM tasks t LEFT JOIN agencies g ON g.id = t.agency_id
WHERE t.state = 'open' AND t.area_code >= ? AND t.area_code < ? AND t.kind IN ({COMPLIANCE}) AND t.due_on < ? GROUP BY t.agency_id, t.kind
"""


@app.get("/")
def overview() -> str:
    user, here = who(), area()
    today, week = day(TODAY), day(TODAY + timedelta(days=7))
    towns: dict[str, list[int]] = {}
    for statement, values, at in ((PATIENTS, here, 0), (DUTIES, (today, today, week, *here), 6)):
        for village, *counts in run(statement, values).fetchall():
            sums = towns.setdefault(village[:9], [0] * 11)
            for number, count in enumerate(counts, at):
                sums[number] += count
    names = run(PLACES, (here[0].ljust(12, "0"),)).fetchall()
    owed = run(OWED, (*here, today)).fetchall()
    return shown(
        "概览", user, [(code, name, "", *towns[code[:9]]) for code, name in names] + [("", *row) for row in owed]
    )


@app.get("/late")
def late() -> str:
    user, here = who(), (*area(), day(TODAY))
    rows = run(LATE, here).fetchall()[:50]
    loads = run(LOADS, here).fetchall()
    places = run(PLACES, (here[0].ljust(12, "0"),)).fetchall()
    return shown("督办", user, rows, [*loads, *places])
