from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.bank_account import AccountKind, check_account, passes_luhn
from app.core.identity import (
    IdKind,
    Sex,
    check_digit,
    contradictions,
    last4,
    mask_id,
    mask_name,
    mask_phone,
    resident_id,
)
from app.core.phones import PhoneKind, check_phone

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("number", "sex", "born_on"),
    [
        ("11010519491231002X", Sex.FEMALE, date(1949, 12, 31)),
        ("340300200002290015", Sex.MALE, date(2000, 2, 29)),
        ("810000190001010018", Sex.MALE, date(1900, 1, 1)),
        ("83000019000101002X", Sex.FEMALE, date(1900, 1, 1)),
    ],
)
def test_a_valid_number_says_sex_and_birth_date(number, sex, born_on):
    checked = resident_id(number, TODAY)
    assert checked.valid
    assert (checked.sex, checked.born_on, checked.errors) == (sex, born_on, ())


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("440524188001010014", "core.id.birth_too_early"),
        ("340300199902290015", "core.id.birth_date"),
        ("340300190002290019", "core.id.birth_date"),
        ("110105194912310021", "core.id.check_digit"),
        ("", "core.id.empty"),
        ("110105491231002", "core.id.first_generation"),
        ("1101051949123100", "core.id.length"),
        ("1101051949123100２XX", "core.id.characters"),
        ("X1010519491231002X", "core.id.characters"),
        ("11010519491231002²", "core.id.characters"),
        ("3.40302E+17", "core.id.rounded"),
        ("340302197001012000", "core.id.rounded"),
    ],
)
def test_a_wrong_number_is_refused_with_its_reason(number, code):
    checked = resident_id(number, TODAY)
    assert not checked.valid
    assert [one.code for one in checked.errors] == [code]
    assert (checked.sex, checked.born_on) == (None, None)


def _number(area: str, born_on: date, sequence: int) -> str:
    first = f"{area}{born_on:%Y%m%d}{sequence:03d}"
    return first + check_digit(first)


def test_a_number_of_an_unknown_province_or_of_tomorrow_is_refused():
    assert resident_id(_number("990000", TODAY, 1), TODAY).errors[0].code == "core.id.area"
    assert resident_id(_number("810001", TODAY, 1), TODAY).errors[0].code == "core.id.area"
    tomorrow = TODAY + timedelta(days=1)
    assert resident_id(_number("340302", TODAY, 1), TODAY).valid
    assert resident_id(_number("340302", tomorrow, 1), TODAY).errors[0].code == "core.id.birth_in_future"


def test_small_x_blanks_and_full_width_digits_are_the_same_number():
    for typed in (
        "11010519491231002x",
        "110105 19491231 002X",
        "１１０１０５１９４９１２３１００２ｘ",
        "\u300011010519491231002X ",
    ):
        assert resident_id(typed, TODAY).number == "11010519491231002X"


@given(
    st.sampled_from(["340302", "110105", "810000", "820000", "830000"]),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)
def test_every_well_formed_number_is_valid_and_every_changed_digit_is_noticed(area, born_on, sequence):
    number = _number(area, born_on, sequence)
    checked = resident_id(number, TODAY)
    assert checked.valid
    assert (checked.born_on, checked.sex) == (born_on, Sex.MALE if sequence % 2 else Sex.FEMALE)
    assert (checked.kind is IdKind.RESIDENCE_PERMIT) == (area[0] == "8")
    for place in range(14, 17):
        changed = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        assert not resident_id(changed, TODAY).valid


@given(st.text(max_size=30))
def test_whatever_is_typed_is_answered(text):
    resident_id(text, TODAY)
    check_phone(text)
    check_account(text, AccountKind.CARD)


def test_what_was_typed_is_compared_with_what_the_number_says():
    checked = resident_id("11010519491231002X", TODAY)
    assert contradictions(checked, Sex.FEMALE, date(1949, 12, 31)) == ()
    assert contradictions(checked, Sex.NOT_STATED, None) == ()
    codes = [one.code for one in contradictions(checked, Sex.MALE, date(1949, 12, 30))]
    assert codes == ["core.id.sex_differs", "core.id.birth_differs"]


def test_identity_is_masked_so_that_no_whole_value_remains():
    assert mask_id("340302197001011234") == "3403**********1234"
    assert mask_id("E12345678") == "E1*****78"
    assert mask_id("123") == "***"
    assert [mask_name(name) for name in ("王小明", "王明", "王", "欧阳小明", "")] == [
        "王*明",
        "王*",
        "*",
        "欧**明",
        "",
    ]
    assert mask_phone("13812341234") == "138****1234"
    assert mask_phone("0552-3012345") == "********2345"
    assert last4("6200000000000005") == "0005"
    assert last4("123") == "***"


@pytest.mark.parametrize(
    ("typed", "stored", "kind"),
    [
        ("138 1234 1234", "13812341234", PhoneKind.MOBILE),
        ("+86 138-1234-1234", "13812341234", PhoneKind.MOBILE),
        ("１３８１２３４１２３４", "13812341234", PhoneKind.MOBILE),
        ("05523012345", "0552-3012345", PhoneKind.LANDLINE),
        ("0552-3012345", "0552-3012345", PhoneKind.LANDLINE),
        ("(010) 66001234-801", "010-66001234-801", PhoneKind.LANDLINE),
    ],
)
def test_a_telephone_number_has_one_stored_form(typed, stored, kind):
    phone = check_phone(typed)
    assert (phone.number, phone.kind, phone.valid) == (stored, kind, True)


@pytest.mark.parametrize("typed", ["", "12812341234", "1381234123", "138123412345", "110", "3012345", "无"])
def test_what_is_no_telephone_number_is_refused(typed):
    assert not check_phone(typed).valid


@pytest.mark.parametrize("number", ["6200000000000005", "6299990000000000004", "629999000000000009"])
def test_a_card_that_passes_its_check_is_valid(number):
    spaced = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    checked = check_account(spaced, AccountKind.CARD)
    assert (checked.number, checked.valid, checked.warnings) == (number, True, ())


def test_luhn_refuses_a_card_and_only_warns_for_a_passbook():
    card = check_account("6200000000000006", AccountKind.CARD)
    assert [one.code for one in card.errors] == ["core.account.card_check"]
    passbook = check_account("6200000000000006", AccountKind.PASSBOOK)
    assert passbook.valid
    assert [one.code for one in passbook.warnings] == ["core.account.passbook_check"]
    assert check_account("12345678901234567890123", AccountKind.PASSBOOK).valid


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "core.account.empty"),
        ("62000000000000O5", "core.account.digits"),
        ("6.2E+15", "core.account.rounded"),
        ("620000000000", "core.account.card_length"),
        ("62000000000000000005", "core.account.card_length"),
    ],
)
def test_a_card_number_of_another_shape_is_refused(number, code):
    assert [one.code for one in check_account(number, AccountKind.CARD).errors] == [code]


@given(st.text("0123456789", min_size=12, max_size=18))
def test_exactly_one_last_digit_passes_luhn(stem):
    assert sum(passes_luhn(f"{stem}{digit}") for digit in range(10)) == 1
