"""What linters cannot say about the house: every route guarded once, queries asked as somebody, pages without inline code."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import app as product
from app.core.reasons import known_codes

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
ROUTE = {"route", "get", "post"}
BINARY = {".png", ".xlsx", ".ttf", ".otf", ".pdf", ".gz", ".ico", ".woff2"}

# Queries without an actor, and who guards their rows instead.
UNSCOPED = {
    "api.queries.find_bearer": "who stands behind a key, before anybody is somebody",
    "api.queries.count_good_keys": "keys of an agency that `list_speakers` handed out",
    "areas.queries": "the area tree and its agencies are the same for everybody",
    "accounts.queries": "names before anybody is signed in, and the accounts of one human being",
    "audit.queries.list_actions": "kinds of acts, without whose",
    "audit.queries.find_newest": "an instant, without whose act it was",
    "benefits.queries.rehab.count_seated": "seats of a place that `get_place` handed out",
    "benefits.queries.rehab.find_month": "a month of a referral that `get_referral` handed out",
    "benefits.queries.rehab.is_under_way": "a referral that `get_referral` handed out",
    "benefits.queries.requests.is_still_here": "a patient who was handed out",
    "benefits.queries.requests.find_office": "which office decides in a patient's county",
    "benefits.queries.requests.find_open_request": "of a patient who was handed out",
    "benefits.queries.requests.read_particulars": "of a patient whose open request or referral was handed out",
    "benefits.queries.standing.find_open": "of a patient who was handed out",
    "guardians.queries.applications.find_last_hand": "steps of an application that `get_application` handed out",
    "incidents.queries.emergencies.list_checks": "checks of a record that `get_emergency` or `lock_emergency` handed out",
    "discharges.queries.facts": "facts of loops that a job follows or that the caller was handed; they name nobody",
    "discharges.queries.board.chips_of": "forms of loops that `list_loops` handed out",
    "discharges.queries.guards.guarding_of": "of a record that was handed out",
    "discharges.queries.inbox.home_of": "of a loop that was handed out",
    "discharges.queries.levels.find_level_said": "of a patient who was handed out",
    "discharges.queries.records.gaps_of": "a record that `get_own_record` handed out",
    "discharges.queries.records.find_wrong_entry": "a record that `get_own_record` handed out",
    "discharges.queries.records.find_record_row": "a record that `get_own_record` handed out",
    "discharges.queries.receipts.list_escalations": "of a loop that `get_loop` handed out",
    "discharges.queries.twice": "of loops that a job follows; it names nobody",
    "discharges.queries.sheets.open_form_sheet": "a form that `get_form` or `get_notice` handed out",
    "incidents.queries.facts": "for patients whom the caller chose within its own area; it names nobody",
    **dict.fromkeys(
        (
            "incidents.queries.incidents.has_agreement",
            "incidents.queries.incidents.list_undecided",
            "incidents.queries.incidents.undecided_of",
            "incidents.queries.incidents.with_agreement",
            "incidents.queries.deciding.known_of",
            "incidents.queries.deciding.find_findings",
            "incidents.queries.deciding.guardians_since",
        ),
        "of an incident that `get_incident` or a scoped list handed out",
    ),
    "messages.queries.relevance": "by ids of what messages are about, for the sender and for use cases that were let in; it names nobody",
    "messages.queries.sending": "for the sender's process, which acts for the house and hands nothing to a page",
    "incidents.queries.conferences.list_items": "of a conference that `get_conference` handed out",
    "incidents.queries.conferences.list_invitees": "of a conference that `get_conference` handed out",
    "incidents.queries.finding": "of a query that its caller scoped",
    "incidents.queries.conferences.villages_of": "of a conference that `get_conference` handed out",
    "incidents.queries.conferences.working_here": "of agencies that a scoped list or a conference handed out",
    "incidents.queries.decisions.count_agenda": "of an invitation that `get_invitation` handed out; it counts kinds and names nobody",
    "people.queries": "by number or id, for use cases that were let in by the patient; pages use `get_person`",
    "patients.queries.caseload.find_stand_in": "for a patient whom a scoped query handed out",
    "patients.queries.caseload.list_spans": "for ids that `lock_moving` handed out",
    "patients.queries.history": "states for ids that a scoped query found",
    "patients.queries.life": "days of a patient who was handed out, for the use case that records a death",
    "patients.queries.merges": "which records are one human being; the caller chose the records, and nobody is named",
    "patients.queries.mistakes.numbered_papers": "papers of a patient who was handed out, for the page that marks one",
    "patients.queries.register.as_rows": "rows that a scoped query found",
    "patients.queries.register.find_ids_by_person_ids": "for the importer, which compares the whole register",
    "guardians.queries.company.find_contact_by_key": "whether the form that is being stored was stored before",
    "guardians.queries.company.find_help_by_key": "whether the form that is being stored was stored before",
    "guardians.queries.duty": "guards, checks and counts of agreements that a scoped query handed out",
    "guardians.queries.page.find_kept_twice": "whether the form that is being stored was stored before",
    "roster.queries": "by import, which a scoped query handed out; the importer compares the whole register",
    "subsidies.queries.duty.duty_found": "for agreements that the same run found",
    "subsidies.queries.accounts.call_backs": "for payees whom a run or a page of the actor's area found",
    "subsidies.queries.accounts.agreed_sharing": "for payees whom a run found",
    "subsidies.queries.accounts.list_calls": "by account, which `get_changed` hands out within the actor's area",
    "subsidies.queries.sharing.standing_sharing": "by account, which `get_shared_account` hands out",
    "subsidies.queries.sharing.is_shared": "by account, which `get_shared_account` hands out; says only yes or no",
    "subsidies.queries.checks": "by run, or by the county of the actor's own area",
    "subsidies.queries.hits.find_same_list": "by the county of the actor's own area",
    "subsidies.queries.hits.last_mapping": "by the county of the actor's own area",
    "subsidies.queries.facts": "by run, which `get_run` hands out within the actor's area",
    "subsidies.queries.fact_rows": "by run, for patients whom the same run found",
    "subsidies.queries.fund": "by run, or by the county of the actor's own area",
    "subsidies.queries.guardian_changes": "by patients whom a run found",
    "subsidies.queries.home_checks.drawable_lines": "by run, which `get_run` hands out",
    "subsidies.queries.home_checks.is_drawn": "by run, which `get_run` hands out",
    "subsidies.queries.history": "by run, and by its payees",
    "subsidies.queries.incidents": "for patients whom a run or a year's list of the actor's area found",
    "subsidies.queries.step_due": "by run, which `get_run` or a scoped list handed out",
    "subsidies.queries.rulings": "by a run or line that `get_run` or `get_line` handed out",
    "subsidies.queries.joint": "by run, which `get_run` hands out within the actor's area, and by its signatures",
    "subsidies.queries.late": "by county, for the use cases that look at what was paid again",
    "subsidies.queries.letters.lines_without_letter": "by run",
    "subsidies.queries.lines.count_hold_reasons": "by run",
    "subsidies.queries.one_person": "for lines of a county whose money is looked at, by the merges that stand",
    "subsidies.queries.past": "by run or county, for the use cases that look at what was paid again",
    **dict.fromkeys(
        (
            "subsidies.queries.recoveries.steps_of",
            "subsidies.queries.recoveries.standing_proposal",
            "subsidies.queries.recoveries.standing_decision",
            "subsidies.queries.recoveries.list_case_steps",
        ),
        "of a case that `get_recovery` handed out",
    ),
    "subsidies.queries.payments": "by run and by its pay file",
    "subsidies.queries.own.hand_of_user": "an account's own hand",
    "subsidies.queries.publishing": "by run, which `get_run` hands out within the actor's area",
    "subsidies.queries.floors": "a city's two figures and a county's fund, by the county of the actor's own area",
    "subsidies.queries.periods": "a county's policies, by the county of the actor's own area",
    "subsidies.queries.policies.terms_before": "a county's policy, for the use case that has looked at the county",
    "subsidies.queries.policies.version_after": "a county's policy, for the use case that has looked at the county",
    "subsidies.queries.preview": "by run, which `run_to_try` or `get_run` hands out within the actor's area",
    "subsidies.queries.runs": "by run, or a county's policy",
    "subsidies.queries.totals": "by run",
    "subsidies.queries.undecided": "by a line that `get_line` handed out, and its run's county",
    "subsidies.queries.verify": "by run",
    "subsidies.queries.verify_late": "by run",
    "subsidies.queries.verify_people": "by county, which the command has looked at",
    "subsidies.queries.verify_county": "by county, which the command has looked at",
    "subsidies.queries.dossier.care": "by line, which `get_line` hands out within the actor's area",
    "subsidies.queries.dossier.money": "by line or run, which `get_line` hands out",
    "subsidies.queries.watch.agreements": "by run, for the job that looks for patterns",
    "subsidies.queries.watch.care": "by run, for the job that looks for patterns",
    "subsidies.queries.watch.flags.hand_behind": "of a flag that `get_flag` hands out",
    "subsidies.queries.watch.ghosts": "by run, for the job that looks for patterns",
    "subsidies.queries.watch.hands": "by run or county, for the job that looks for patterns",
    "subsidies.queries.watch.payees": "by run, for the job that looks for patterns",
    "subsidies.queries.watch.terms": "by county, for the job that looks for patterns",
    "visits.queries": "by patient or visit, which a scoped query handed out; rules and calendar are everybody's",
    "numbers.queries.totals.count_villages": "a computation of the scheduler, over a county",
    "numbers.queries.totals.count_agencies": "of a run that a submitted report froze, for the county that appraises",
    "numbers.queries.appraisal.run_of": "of an appraisal that `get_appraisal` handed out",
    "numbers.queries.appraisal.scheme_of": "of an appraisal that `get_appraisal` handed out",
    "numbers.queries.appraisal.count_open": "of an appraisal that `get_appraisal` handed out",
    "numbers.queries.totals.residents_of": "a computation of the scheduler, over a county",
    "numbers.queries.residents.origins_of": "of a run and its figures that were handed out",
    "numbers.queries.places.place_name": "names of places",
    "numbers.queries.places.marked_names": "names of places",
    "numbers.queries.events": "a computation of the scheduler, over a county",
    "numbers.queries.marks": "a computation of the scheduler, over a county",
    "numbers.queries.universe": "a computation of the scheduler, over a county",
    "numbers.queries.because": "of rows of a list that `list_members` cut to the actor's area",
    "numbers.queries.behind.latest_first": "of rows of a list that `list_members` cut to the actor's area",
    "numbers.queries.overdue": "of rows of a list that `list_members` cut to the actor's area",
    "numbers.queries.explaining": "of rows of a list that `list_members` cut to the actor's area",
    "numbers.queries.submissions.say_the_same": "of two runs that were handed out",
    "numbers.queries.submissions.papers_of": "of a submission that `get_submission` handed out",
    "numbers.queries.submissions.digest_of": "of a run that `get_run` handed out",
    "numbers.queries.learned": "of rows that `list_differences` cut to the actor's area",
    "numbers.queries.orders.unit_names": "names of offices",
    "numbers.queries.orders.steps_of": "of an order that `get_order` handed out",
    "numbers.queries.orders.cases_of": "of an order that `get_order` handed out",
    "numbers.queries.orders.count_still": "of an order that `get_order` handed out",
    "numbers.queries.orders.since_sent": "of an order that `get_order` handed out",
    "numbers.queries.sampling.list_found": "of a sample that `get_sample` handed out, for the units that `list_units` cut to the actor's",
    "numbers.queries.sampling.found_of": "of a record that `get_record` handed out",
    "numbers.queries.sampling.people_of": "whose key seals the note of a record that was handed out",
    "numbers.queries.sampling.frame_of": "of a sample that `get_sample` handed out, to draw it again",
    "numbers.queries.sampling.keys_of": "of a sample that `get_sample` handed out, to draw it again",
    "numbers.queries.training.list_participants": "of a session that `get_training` handed out",
    "numbers.queries.settings": "what a county decided and is held to is the same for everybody in it",
}


def _python(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        yield from _read(folder)


@cache
def _read(folder: str) -> list[tuple[Path, ast.Module]]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    return [(path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def _called(decorator: ast.expr) -> str:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return target.attr if isinstance(target, ast.Attribute) else target.id if isinstance(target, ast.Name) else ""


def _views() -> Iterator[tuple[str, list[str]]]:
    """Every function that is registered as a route: where it stands, and its decorators from above."""
    for path, tree in _python("app"):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                worn = [_called(one) for one in node.decorator_list]
                if ROUTE & set(worn):
                    yield f"{path}:{node.name}", worn


def test_every_route_wears_exactly_one_permission_directly_below_itself() -> None:
    views = dict(_views())
    assert len(views) > 50
    for where, worn in views.items():
        assert worn.count("permit") == 1, where
        assert worn.index("permit") == max(index for index, name in enumerate(worn) if name in ROUTE) + 1, where


def _queries() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Public functions of every room's queries that take a session, as `room.queries.module.name`."""
    for path, tree in _python("app"):
        parts = path.with_suffix("").parts[1:]
        if "queries" in parts:
            for node in tree.body:
                is_public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
                if is_public and any(arg.arg == "session" for arg in node.args.args):
                    yield ".".join((*parts, node.name)), node


def _takes_somebody(node: ast.FunctionDef) -> bool:
    return any(arg.arg == "actor" for arg in (*node.args.args, *node.args.kwonlyargs))


def test_every_query_is_asked_as_somebody_or_says_why_not() -> None:
    alone = [name for name, node in _queries() if not _takes_somebody(node)]
    unexplained = [name for name in alone if not any(f"{name}.".startswith(f"{prefix}.") for prefix in UNSCOPED)]
    assert not unexplained
    idle = [prefix for prefix in UNSCOPED if not any(f"{name}.".startswith(f"{prefix}.") for name in alone)]
    assert not idle, "exceptions that nothing needs any more"


def test_what_hands_out_rows_by_an_address_takes_an_actor() -> None:
    """A public id comes from outside: whoever looks one up does it within somebody's area."""
    loose = [
        name
        for name, node in _queries()
        if any(arg.arg == "public_id" for arg in node.args.args) and not _takes_somebody(node)
        if not name.endswith(
            ".find_kept_twice"
        )  # looks for the key of the form that is being stored, on a patient handed out
    ]
    assert not loose


INLINE = re.compile(
    r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|<style\b|javascript:|\shx-on[:-]|<script\b(?![^>]*\bsrc=)""", re.I
)


@pytest.mark.parametrize("template", sorted(APP.rglob("templates/**/*.html")), ids=lambda path: path.stem)
def test_no_template_holds_inline_style_or_script(template: Path) -> None:
    found = INLINE.search(template.read_text(encoding="utf-8"))
    assert found is None, found


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "adr"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))
    for name in listed:
        title = (folder / name).read_text(encoding="utf-8").splitlines()[0]
        assert title.startswith(f"# {name[:4]} "), name
        assert title[7:] in (folder / "README.md").read_text(encoding="utf-8"), name


# Put together here, so that this file does not name what it forbids.
HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("files", "pythonhosted", "org"), ("registry", "npmjs", "org"))]
PATHS = [f"/{folder}/" for folder in ("home", "root", "Users")] + [f"/work/{name}" for name in ("main", "shared")]


def _tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout.decode()
    found = [ROOT / name for name in names.split("\0") if name]
    return [path for path in found if path.is_file() and path.suffix not in BINARY and "vendor" not in path.parts]


def test_no_file_names_a_package_host_or_a_place_on_somebodys_machine() -> None:
    for path in _tracked():
        if path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        named = [one for one in (*HOSTS, *PATHS) if one in text]
        assert not named, (path.relative_to(ROOT), named)


def test_clock_environment_and_print_stay_at_their_one_place() -> None:
    """The linter bans the usual spellings; this also finds the ones that it does not resolve."""
    spelled = re.compile(
        r"\b(?:date|datetime)\.(?:today|now|utcnow)\(|\btime\.time\(|\bos\.(?:environ|getenv)\b|^\s*print\(", re.M
    )
    allowed = {"app/core/clock.py", "config.py"}
    for path, tree in _python("app", "reports", "scheduler"):
        if path.as_posix() not in allowed:
            code = ast.unparse(tree)
            assert not (found := spelled.search(code)), (path, found)


def test_every_exception_from_the_checkers_says_why() -> None:
    bare = re.compile(r"#\s*(?:type: ignore\[[^]]*\]|noqa: [A-Z0-9, ]+)\s*$", re.M)
    for path, _tree in _python("app", "reports", "scheduler"):
        assert not (found := bare.search((ROOT / path).read_text(encoding="utf-8"))), (path, found)


def test_every_rooms_sentences_are_said_as_sentences() -> None:
    """A room whose texts are not registered would show their codes."""
    for room in product.TEXTS:
        texts = import_module(f"app.{room}.texts").TEXTS
        assert texts.keys() <= known_codes(), room


def test_the_application_lists_exactly_the_rooms_furniture() -> None:
    def furniture(name: str) -> set[str]:
        packages = {path.parent for path in APP.glob(f"*/{name}/__init__.py")}
        found = packages.union(APP.glob(f"*/{name}.py"))
        return {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in found}

    assert {f"app.{room}.texts" for room in product.TEXTS} == furniture("texts")
    assert set(product.COMMANDS) == furniture("cli")
    assert set(product.BLUEPRINTS) == furniture("views") | {"app.core.health", "app.core.searching"}
    for module in product.COMMANDS:
        assert isinstance(import_module(module).COMMANDS, tuple)
