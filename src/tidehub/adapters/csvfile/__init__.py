"""Reports in a CSV file, as spreadsheets write them: one row a report, each taken or refused by itself."""

from __future__ import annotations

from tidehub.adapters.csvfile.read import RowAnswer, decode_text, read_reports

__all__ = ["RowAnswer", "decode_text", "read_reports"]
