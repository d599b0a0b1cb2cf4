"""A study as notebooks show it: the first of its report, in a frame of its own."""

from __future__ import annotations

import html
from dataclasses import replace

from rnnsearch.api.studies.study_page import Known, page_of
from rnnsearch.report.page import to_html

__all__ = ["notebook_html"]

_SHOWN = ("leaderboard", "curves")
"""Keys of the sections that are shown."""

_HEIGHT = 640


def notebook_html(results: Known) -> str:
    """Winner, verdict, leaderboard and plots. Imports no backend, reads no data.

    Args:
        results: What is known of the study.
    """
    page = page_of(results, predicts=False)
    shown = replace(page, sections=[one for one in page.sections if one.key in _SHOWN])
    # In a frame, so that its style is not the notebook's.
    content = html.escape(to_html(shown), quote=True)
    style = f"width:100%;height:{_HEIGHT}px;border:0"
    return f'<iframe srcdoc="{content}" style="{style}" title="{html.escape(page.title)}"></iframe>'
