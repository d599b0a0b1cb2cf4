"""A page as one HTML file that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from importlib import resources

import jinja2
from markupsafe import Markup

from rnnsearch.report.page._base import Code, Figure, Page, Table
from rnnsearch.report.page.svg import STYLE
from rnnsearch.visible import visible

__all__ = ["to_html"]


def to_html(page: Page, *, refresh: int | None = None) -> str:
    """The whole file.

    Args:
        page: What it says.
        refresh: Seconds after which a browser reads it again; None for never.
    """
    source = resources.files("rnnsearch.report.page").joinpath("page.html.jinja")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.tests |= {
        "figure": lambda part: isinstance(part, Figure),
        "table": lambda part: isinstance(part, Table),
        "code": lambda part: isinstance(part, Code),
    }
    template = environment.from_string(source.read_text("utf-8"))
    # Pictures and their style are made by us of escaped texts.
    return visible(template.render(page=page, style=Markup(STYLE), markup=Markup, refresh=refresh))
