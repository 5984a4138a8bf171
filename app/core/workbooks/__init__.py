"""Workbooks from outside to plain sheets: sizes and the archive's directory are checked before anything is unpacked or parsed.

Rosters and banks' return files come in through here: `workbook.open_workbook(content, name)`.
"""
