"""Documents on paper: PDF/A-3b by Typst, QR by segno, Chinese without any font of the system."""

from tidehub.adapters.pdf.board import BoardLine, BoardPrinter, BoardSheet
from tidehub.adapters.pdf.fonts import GLYPHS_MISSING, Fonts, find_fonts, read_font
from tidehub.adapters.pdf.render import LAYOUT_WRONG, PdfRenderer
from tidehub.adapters.pdf.templates import read_template_folder, specimen

__all__ = [
    "GLYPHS_MISSING",
    "LAYOUT_WRONG",
    "BoardLine",
    "BoardPrinter",
    "BoardSheet",
    "Fonts",
    "PdfRenderer",
    "find_fonts",
    "read_font",
    "read_template_folder",
    "specimen",
]
