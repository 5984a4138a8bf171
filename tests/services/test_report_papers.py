"""A place's report: asked for, counted where nobody had, drawn in the background, found again; its figures are the run's."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import docx
import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import PrintedPaper
from app.core.db import Database
from app.core.errors import Forbidden, NotFound
from app.core.files import open_file
from app.core.models import KeptFile, WorkItem, WorkState
from app.numbers.commands import SubmitReport
from app.numbers.models import IndicatorRun
from app.numbers.paper_forms import form_document
from app.numbers.paper_lists import LISTS, list_document
from app.numbers.paper_status import status_of
from app.numbers.papers import report_papers
from app.numbers.queries.kept_reports import get_report_file, list_reports
from app.numbers.queries.runs import count_members, find_run, values_of
from app.numbers.rules.behind import find_figure
from app.numbers.rules.indicators import indicators
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.computing import compute
from app.numbers.service.reporting import ask_for_report
from app.numbers.service.submitting import submit_report
from app.people.vault import Vault
from app.subsidies.cli.reports import report
from app.visits.service import record_visit
from reports.wording import chinese_time
from scheduler.house import House
from scheduler.work import do_next
from tests.conftest import NOW, TODAY
from tests.rig.counted import Case, add_case
from tests.rig.county import COUNTY, TOWN, County
from tests.rig.papers import words_on
from tests.rig.visits import command, register, stable

QUARTER = ReportPeriod.parse("2026Q4")


@pytest.fixture
def people(app: Flask, database: Database, county: County) -> None:
    """Two registered patients, one of them visited."""
    keyring = app.extensions["anhu.keyring"]
    with database.transaction() as session:
        doctor = county.actor("doctor")
        seen = register(session, keyring, doctor, TODAY, NOW, "孙玉珍")
        register(session, keyring, doctor, TODAY, NOW, "李秀英")
        record_visit(session, Vault(session, keyring), doctor, command(seen, stable(TODAY)), TODAY, NOW)


@pytest.mark.usefixtures("people")
def test_a_report_is_drawn_once_for_ever_alike_and_found_again_by_those_whose_place_it_is(
    app: Flask, database: Database, county: County, tmp_path: Path
) -> None:
    keyring, coordinator = app.extensions["anhu.keyring"], county.actor("coordinator")
    with database.transaction() as session:
        item = ask_for_report(session, coordinator, COUNTY, QUARTER, NOW)
        assert ask_for_report(session, coordinator, COUNTY, QUARTER, NOW).id == item.id
        ask_for_report(session, coordinator, COUNTY, QUARTER, NOW, below=True)
        ask_for_report(session, county.actor("health_lead"), TOWN, QUARTER, NOW)
        for who, place, error in (
            ("clerk", COUNTY, Forbidden),
            ("health_lead", COUNTY, NotFound),
            ("coordinator", "110000000000", NotFound),
        ):
            with pytest.raises(error):
                ask_for_report(session, county.actor(who), place, QUARTER, NOW)
    house = House.of(app)
    while do_next(house):
        pass
    with database.reading() as session:
        assert {one.state for one in session.scalars(select(WorkItem))} == {WorkState.DONE}
        mine, towns = (list_reports(session, county.actor(who), NOW) for who in ("coordinator", "health_lead"))
        assert sorted((one.place, one.is_bound, sorted(one.files)) for one in mine) == [
            (COUNTY, False, ["docx", "pdf", "xlsx"]), (COUNTY, True, ["pdf"]), (TOWN, False, ["docx", "pdf", "xlsx"]),
        ]  # fmt: skip
        assert [one.place for one in towns] == [TOWN]
        of_county = next(one for one in mine if one.place == COUNTY)
        with pytest.raises(NotFound):
            get_report_file(session, county.actor("health_lead"), of_county.files["pdf"], NOW)
        assert list_reports(session, coordinator, NOW + timedelta(days=400)) == []
        run = find_run(session, coordinator, COUNTY, QUARTER)
        assert run is not None
        papers = report_papers(session, keyring, coordinator, run, NOW)
        assert papers == report_papers(session, keyring, coordinator, run, NOW)
        kept = session.scalars(
            select(KeptFile).where(KeptFile.area_code == COUNTY, KeptFile.name == f"report-{QUARTER}.pdf")
        ).one()
        drawn = open_file(session, keyring, kept)
        serial = session.scalars(select(PrintedPaper.serial).where(PrintedPaper.sha256 == kept.sha256)).one()
        assert serial in words_on(drawn)
        counts = values_of(session, coordinator, run, [COUNTY])[COUNTY]
        _figures_are_the_runs(papers, counts)
    out, runner = tmp_path / "report.pdf", app.test_cli_runner()
    arguments = ["compliance", "--county", COUNTY, "--period", str(QUARTER), "--as", "coordinator"]
    done = runner.invoke(report, [*arguments, str(out)])
    assert done.exit_code == 0 and out.read_bytes().startswith(b"%PDF"), done.stderr
    assert runner.invoke(report, [*arguments, str(tmp_path / "report.doc")]).exit_code == 2
    assert runner.invoke(report, [*arguments[:-2], str(out)]).exit_code == 1  # a paper names who printed it


def test_a_report_says_whether_it_is_what_was_submitted(session: Session, county: County) -> None:
    coordinator = county.actor("coordinator")
    over = ReportPeriod.parse("2026Q2")

    def counted(hours: int) -> IndicatorRun:
        now = NOW + timedelta(hours=hours)
        return compute(session, coordinator, COUNTY, over, NumberSettings(), TODAY, now)

    first = counted(0)
    assert status_of(session, coordinator, first) == "未上报"
    submit_report(session, coordinator, SubmitReport(first.public_id, ""), NOW)
    assert status_of(session, coordinator, first) == f"已上报（原报）于{chinese_time(NOW)}"
    add_case(session, "补登", Case())
    revised = counted(2)
    submit_report(session, coordinator, SubmitReport(revised.public_id, "补录"), NOW)
    # kept with the paper for good, whatever the second person decides
    assert "须经另一人复核，是否生效以上报页面为准" in status_of(session, coordinator, revised)
    newer = counted(3)
    assert status_of(session, coordinator, newer) == "未上报的最新统计（已上报的为原报）"


def _figures_are_the_runs(papers: dict[str, bytes], counts: dict[str, int]) -> None:
    assert counts["registered"] == 2 and counts["managed"] == 1
    book = openpyxl.load_workbook(io.BytesIO(papers["xlsx"]))
    lines = [row for row in book["主要指标"].iter_rows(values_only=True) if isinstance(row[1], int)]
    for one, line in zip(indicators(NumberSettings()), lines, strict=True):
        assert line[1] == counts.get(one.numerator.name, 0), one.code
        assert line[3] == (float(one.rate(counts) or 0) if one.rate(counts) else None), one.code
    said = words_on(papers["pdf"])
    assert "在管1÷在册2" in said and "50.00%" in said
    assert "随访等按发生日期统计" in said and "统计时已录入的均计入" in said and "截止日之后录入" not in said
    told = "".join(one.text for one in docx.Document(io.BytesIO(papers["docx"])).paragraphs)
    assert "在册严重精神障碍患者 2 人，在管 1 人" in told and "孙玉珍" not in told + said


@pytest.mark.usefixtures("people")
def test_a_printed_list_is_as_long_as_its_figure_and_names_nobody_to_whoever_may_not_read_names(
    app: Flask, database: Database, county: County
) -> None:
    keyring, doctor, coordinator = app.extensions["anhu.keyring"], county.actor("doctor"), county.actor("coordinator")
    with database.transaction() as session:
        ask_for_report(session, coordinator, COUNTY, QUARTER, NOW)
    do_next(House.of(app))
    with database.reading() as session:
        run = find_run(session, coordinator, COUNTY, QUARTER)
        assert run is not None
        for name in ("registered", "management-missing", "medicated"):
            figure = find_figure(name, NumberSettings())
            assert figure is not None
            document = list_document(session, keyring, doctor, run, TOWN, figure, NOW)
            assert len(document.rows) == count_members(session, doctor, run, TOWN, figure), name
        missing = find_figure("management-missing", NumberSettings())
        assert missing is not None
        document = list_document(session, keyring, doctor, run, TOWN, missing, NOW)
        assert document.rows[0][0] == "李秀英" and "期内没有完整随访" in document.rows[0]
        assert "李秀英" in words_on(LISTS["pdf"](document)) and LISTS["xlsx"](document).startswith(b"PK")
        medicated = find_figure("medicated", NumberSettings())
        assert medicated is not None
        grouped = list_document(session, keyring, coordinator, run, COUNTY, medicated, NOW)
        assert "孙玉珍" not in str(grouped.rows) and sum(int(row[2]) for row in grouped.rows) == 1
        exchange = form_document(session, keyring, coordinator, run, COUNTY, "exchange", NOW).rows
        assert exchange[-1][0] == "合计" and [
            sum(column) for column in zip(*(row[1:] for row in exchange[:-1]), strict=True)
        ] == list(exchange[-1][1:])
        assert exchange[-1][1] == values_of(session, coordinator, run, [COUNTY])[COUNTY]["registered"]
        table = form_document(session, keyring, coordinator, run, COUNTY, "yearly", NOW)
        assert "2026年度严重" in table.title and "季度" not in table.title, "since 1 January: the year's"
        yearly = {row[1]: row[3] for row in table.rows}
        assert (yearly["在册"], yearly["在管"], yearly["精防医生"]) == (2, 1, 2)  # a doctor in each of two towns
        access = form_document(session, keyring, county.actor("auditor"), run, COUNTY, "access", NOW)
        assert access.rows and "孙玉珍" not in str(access.rows)
