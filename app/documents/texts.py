"""Sentences about papers."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register
from app.documents.labels import WITHDRAWAL_REASONS

TEXTS: dict[str, str] = {
    **WITHDRAWAL_REASONS,
    "documents.empty": N_("文件是空的，请重新拍照或选择"),
    "documents.too_large": N_("文件超过 %(most)s 兆，请用手机重新拍照，或分页上传"),
    "documents.not_a_paper": N_("只能上传照片（JPEG、PNG）或扫描的 PDF，这个文件不是"),
    "documents.unreadable": N_("这张照片打不开，请重新拍照"),
    "documents.too_many_pixels": N_("照片的像素太多，请用手机的普通清晰度重拍"),
    "documents.scan.active": N_("这份 PDF 里有脚本、附件、表单或密码，不能存放；请改为拍照，或另存为图片"),
    "documents.scan.too_long": N_("扫描件超过 %(most)s 页，请分开上传"),
    "documents.scan.unreadable": N_("这份 PDF 不是逐页扫描的图片；请改为拍照，或把每页另存为图片"),
    "documents.wrong_kind": N_("这里不能放这种材料，请重新选择"),
    "documents.after_today": N_("材料上的日期不能晚于今天"),
    "documents.kept_already": N_("同一份文件已经存过"),
    "documents.not_yours": N_("只有留存的人，或可以查看这份材料的人，才能撤下"),
    "documents.takes_none": N_("这件事已办结，不再添加材料"),
    "documents.revealed": N_("说明原因后打开材料影像"),
    "documents.reason_missing": N_("请选择撤下的原因"),
    "documents.withdrawn_before": N_("这份材料已经撤下"),
    "documents.no_sight": N_("按信息最小化规定，您的岗位只能看到这份材料已留存"),
    "documents.attached": N_("留存材料影像"),
    "documents.withdrawn": N_("撤下材料影像"),
    "documents.opened": N_("打开材料影像"),
}

register(TEXTS)
