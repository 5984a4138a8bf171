"""Shapes of the papers' forms."""

from __future__ import annotations

from collections.abc import Iterable

from flask_wtf.file import FileField, FileRequired

from app.core.fields import Answered, DayField, KeyField, ListField, TextField, labelled
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.documents.commands import AttachDocument
from app.documents.labels import KIND_LABELS, WITHDRAWAL_REASONS
from app.documents.readers.papers import MOST_BYTES, clean_paper
from app.documents.rules import DocumentKind
from app.people.rules import REVEAL_REASONS


class AttachForm(Form):
    key = KeyField()
    kind = ListField(lazy_("材料种类"), (), [Answered(lazy_("请选择材料种类"))])
    on_day = DayField(lazy_("材料上的日期"))
    file = FileField(lazy_("照片或扫描件"), validators=[FileRequired(lazy_("请拍照或选择文件"))])

    def __init__(self, kinds: Iterable[DocumentKind], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.kind.offer([(kind.value, _(KIND_LABELS[kind])) for kind in kinds])

    def to_command(self) -> AttachDocument:
        """Raises `Invalid` at `file` where it is no paper that can be kept."""
        paper = clean_paper(self.file.data.stream.read(MOST_BYTES + 1))
        return AttachDocument(self.key.data, DocumentKind(self.kind.data), self.on_day.data, paper)


class OpenForm(Form):
    reason = ListField(lazy_("查看原因"), labelled(REVEAL_REASONS))
    case = TextField(lazy_("文号或事项编号"), 40)


class WithdrawForm(Form):
    reason = ListField(lazy_("撤下的原因"), labelled(WITHDRAWAL_REASONS))
