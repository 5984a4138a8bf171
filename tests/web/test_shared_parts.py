"""The parts that every page is built of: fields that say what is wrong, summaries that lead there, errors in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask, render_template, render_template_string
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DecimalField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Optional

from app.core import i18n, web
from app.core.reasons import Reason, say

APP = Path(__file__).resolve().parents[2] / "app"
ERRORS = (400, 403, 404, 409, 413, 429, 500, 503)


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    name = StringField("姓名", [InputRequired("请填写姓名")])
    dose = DecimalField("剂量", [InputRequired("请填写剂量")])
    level = RadioField("危险性", [InputRequired("请选择危险性")], choices=[("0", "0 级"), ("1", "1 级")])
    symptoms = SelectMultipleField("症状", choices=[("1", "幻觉"), ("2", "猜疑")])
    turn = SelectField("转诊", [Optional()], choices=[("", "请选择"), ("1", "是")])
    agreed = BooleanField("已核对", [InputRequired("请核对")])


class Page(HTMLParser):
    """Start tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for _, attrs in self.tags if attrs.get("name") == name]

    @property
    def ids(self) -> set[str | None]:
        return {attrs["id"] for _, attrs in self.tags if "id" in attrs}


@pytest.fixture(params=["zh", "en"])
def house(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The shared templates alone: no database, no rooms, no routes."""
    app = Flask("shared", template_folder=str(APP / "templates"), static_folder=str(APP / "static"))
    app.config.update(SECRET_KEY="tests", WTF_CSRF_ENABLED=False)
    i18n.init_app(app)
    app.jinja_env.filters.update(say=say, money=web.money, num=web.number, date_long=web.date_long)
    with app.test_request_context(headers={"Accept-Language": request.param}):
        yield app


def drawn(form: Form) -> Page:
    return Page(
        render_template_string(
            '{% from "macros/forms.html" import error_summary, field %}{{ error_summary(form) }}'
            "{% for f in form %}{{ field(f, hint='提示', attrs={'data-x': 1}) }}{% endfor %}",
            form=form,
        )
    )


def refused() -> Form:
    form = Form(formdata=MultiDict({"symptoms": ["2"]}))
    assert not form.validate()
    form.name.errors = [*form.name.errors, Reason("core.name.empty")]  # type: ignore[list-item]
    return form


def test_every_link_of_the_error_summary_leads_to_an_input(house: Flask) -> None:
    page = drawn(refused())
    links = [str(attrs["href"]) for tag, attrs in page.tags if tag == "a"]
    assert [link.lstrip("#") for link in links] == ["name", "dose", "level-0", "agreed"]
    assert {link.lstrip("#") for link in links} <= page.ids


def test_a_field_with_an_error_is_marked_and_described_by_its_words(house: Flask) -> None:
    page = drawn(refused())
    for name in ("name", "dose", "agreed"):
        (box,) = page.named(name)
        assert box["aria-invalid"] == "true"
        assert box["aria-describedby"] == f"{name}-hint {name}-error"
    described = {str(attrs["aria-describedby"]) for _, attrs in page.tags if attrs.get("aria-describedby")}
    assert set(" ".join(described).split()) <= page.ids
    assert "请填写剂量" in page.text


def test_every_control_has_a_label_of_its_own(house: Flask) -> None:
    page = drawn(Form())
    labelled = {attrs["for"] for tag, attrs in page.tags if tag == "label"}
    controls = [attrs for tag, attrs in page.tags if tag in ("input", "select", "textarea")]
    assert controls
    assert {attrs["id"] for attrs in controls} == labelled
    assert all(attrs["data-x"] == "1" for attrs in controls)


def test_answers_are_real_inputs_that_keep_what_was_chosen(house: Flask) -> None:
    page = drawn(refused())
    assert [(box["type"], "checked" in box) for box in page.named("symptoms")] == [
        ("checkbox", False),
        ("checkbox", True),
    ]
    assert [box["type"] for box in page.named("level")] == ["radio", "radio"]


def test_numbers_are_typed_on_a_numeric_keyboard_and_never_change_by_scrolling(house: Flask) -> None:
    (box,) = drawn(Form()).named("dose")
    assert (box["type"], box["inputmode"]) == ("text", "decimal")


def test_a_form_without_errors_shows_no_summary(house: Flask) -> None:
    assert "error-summary" not in render_template_string(
        '{% from "macros/forms.html" import error_summary %}{{ error_summary(form) }}', form=Form()
    )


def test_what_was_typed_is_escaped_wherever_it_is_shown(house: Flask) -> None:
    html = render_template_string(
        '{% from "macros/ui.html" import because, facts, kpi, masked, note, pill %}'
        "{{ pill('grey', x) }}{{ because([x]) }}{{ facts([(x, x)]) }}{{ kpi(x, x, x, '#') }}{{ note('calm', x) }}",
        x='<b onload="1">',
    )
    assert "<b onload" not in html


@pytest.mark.parametrize("status", ERRORS)
def test_an_error_page_needs_neither_database_nor_session(house: Flask, status: int) -> None:
    html = render_template(f"errors/{status}.html", request_id="a1b2c3", locale=i18n.language())
    page = Page(html)
    assert "a1b2c3" in page.text
    assert [attrs["lang"] for tag, attrs in page.tags if tag == "html"] == [
        "en" if i18n.language() == "en" else "zh-CN"
    ]
    if i18n.language() == "en":
        assert not re.search(r"[\u4e00-\u9fff]", page.text)


@pytest.mark.parametrize("status", ERRORS)
def test_an_error_page_says_too_that_it_is_a_demonstration(house: Flask, status: int) -> None:
    demo, real = (render_template(f"errors/{status}.html", locale="zh", is_demo=is_demo) for is_demo in (True, False))
    assert "demo-bar" in demo and "demo-bar" not in real


def test_an_error_page_gives_the_known_reason_once(house: Flask) -> None:
    reason = Reason("core.form_expired")
    assert Page(render_template("errors/400.html", reason=reason)).text.count(say(reason)) == 1
    unsaid = Reason("core.not_found")
    assert say(unsaid) not in Page(render_template("errors/404.html", reason=unsaid)).text


FOOTER = re.compile(r"\{\{ form_footer\((?:[^{}]|\{[^{}]*\})*\}\}|\{% call form_footer\(.*?\{% endcall %\}", re.S)
AFTER = re.compile(r"\s*(?:\{%-? [a-z]+[^%]*%\}\s*)*(?:</form>|<dialog)")


def test_nothing_of_a_form_stands_after_its_footer_which_sticks_over_it_on_a_phone() -> None:
    pages = {path.name: path.read_text(encoding="utf-8") for path in APP.glob("*/templates/**/*.html")}
    found = [(name, one) for name, page in pages.items() for one in FOOTER.finditer(page)]
    assert len(found) > 50
    assert [name for name, one in found if not AFTER.match(one.string, one.end())] == []
