import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.names import check_name, normalise_name
from app.core.pinyin import LONGEST_KEY, name_keys, search_key, spellings


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("王 小 明", "王小明"),
        ("\u3000王小明 ", "王小明"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("Ｊｏｈｎ  Smith", "John Smith"),
        ("J. Smith", "J. Smith"),
        ("𠮷田", "𠮷田"),
        ("王小明\ufe00", "王小明"),
    ],
)
def test_a_name_has_one_spelling(typed, stored):
    assert normalise_name(typed) == stored
    assert check_name(typed).valid


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "core.name.empty"),
        (" · ", "core.name.empty"),
        ("王" * 51, "core.name.too_long"),
        ("王1明", "core.name.character"),
        ("王?明", "core.name.character"),
        ("王\x00明", "core.name.character"),
        ("=王明", "core.name.character"),
        ("<b>王", "core.name.character"),
    ],
)
def test_what_cannot_be_a_name_is_refused(typed, code):
    assert [one.code for one in check_name(typed).errors] == [code]


def test_unusual_names_are_kept_with_a_warning():
    one = check_name("王")
    assert one.valid
    assert [w.code for w in one.warnings] == ["core.name.one_character"]
    assert [w.code for w in check_name("王\ue863").warnings] == ["core.name.private_use"]
    assert check_name("王𬎆").warnings == ()


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("单雄信", "shanxiongxin"),
        ("曾小华", "zengxiaohua"),
        ("解明", "xieming"),
        ("仇英", "qiuying"),
        ("查良", "zhaliang"),
        ("区伟", "ouwei"),
        ("盖明", "geming"),
        ("任红", "renhong"),
        ("华强", "huaqiang"),
        ("朴东", "piaodong"),
        ("缪丽", "miaoli"),
        ("翟天", "zhaitian"),
        ("纪云", "jiyun"),
        ("覃芳", "qinfang"),
        ("覃芳", "tanfang"),
        ("燕青", "yanqing"),
        ("宁静", "ningjing"),
        ("员外", "yunwai"),
        ("乐天", "yuetian"),
        ("乐天", "letian"),
        ("冼星", "xianxing"),
        ("召明", "shaoming"),
        ("种建", "chongjian"),
        ("折可", "sheke"),
        ("尉迟恭", "yuchigong"),
        ("万俟明", "moqiming"),
        ("长孙丽", "zhangsunli"),
        ("令狐冲", "linghuchong"),
        ("澹台明", "tantaiming"),
        ("欧阳锋", "ouyangfeng"),
        ("吕布", "lvbu"),
        ("吕布", "lyubu"),
        ("王乐", "wangle"),
        ("王乐", "wangyue"),
    ],
)
def test_a_name_is_found_by_the_reading_that_people_use(name, pinyin):
    assert pinyin in spellings(name)


def test_a_surname_is_not_found_by_the_reading_of_the_word():
    assert not any(key.startswith("dan") for key in spellings("单雄信"))
    assert not any(key.startswith("jie") for key in spellings("解明"))


def test_a_name_is_found_by_fragments_pinyin_and_initials():
    assert name_keys("王小明") == {"王", "小", "明", "王小", "小明", "wangxiaoming", "wxm"}
    keys = name_keys("阿依古丽·买买提")
    assert {"买买", "ayglmmt", "mmt", "maimaiti", "丽买"} <= keys
    assert {"john", "smith", "johnsmith"} <= name_keys("John Smith")
    assert "𠮷" in name_keys("王𠮷")


def test_what_is_typed_takes_the_form_of_the_keys():
    assert search_key(" WangXiao ming") == "wangxiaoming"
    assert search_key("lü bu") == "lvbu"
    assert search_key("阿依古丽•买") == "阿依古丽买"
    assert search_key("xi'an") == "xian"


@given(st.text(max_size=60))
def test_every_name_has_few_short_keys(text):
    keys = name_keys(text)
    assert all(key and len(key) <= LONGEST_KEY for key in keys)
    assert len(keys) <= 2 * len(text) + 80


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=4))
def test_a_fragment_of_a_name_is_one_of_its_keys(name):
    keys = name_keys(name)
    for at in range(len(name)):
        assert search_key(name[at]) in keys
        assert search_key(name[at : at + 2]) in keys
