"""The report of a study as a page: computed by the modules of its sections, drawn by two.

`build_page` makes a `Page` of a `Study`; `to_html` and `to_markdown` draw it; each figure has its
data and its picture.
"""

from rnnsearch.report.page._base import Chip, Code, Figure, Page, Section, Table
from rnnsearch.report.page.html import to_html
from rnnsearch.report.page.markdown import to_markdown
from rnnsearch.report.page.page_building import build_page
from rnnsearch.report.page.study import AtWork, Study, Written
from rnnsearch.report.page.svg import document, png

__all__ = [
    "AtWork",
    "Chip",
    "Code",
    "Figure",
    "Page",
    "Section",
    "Study",
    "Table",
    "Written",
    "build_page",
    "document",
    "png",
    "to_html",
    "to_markdown",
]
