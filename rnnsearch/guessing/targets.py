"""What is predicted: which column, what is doubtful about it, and what classes are judged by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from rnnsearch.data.collecting import name_nearest, name_some
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.time.time_names import named
from rnnsearch.guessing._base import Setting, refuse
from rnnsearch.guessing.columns import Column

__all__ = ["REMAINING", "choose_target", "class_objective"]

_TARGETS = ("target", "label", "class")

_SOLD = frozenset(
    (
        *("sales", "sold", "demand", "revenue", "turnover", "orders", "consumption"),
        *("umsatz", "umsätze", "absatz", "verkäufe", "nachfrage", "verbrauch"),
        *("ventes", "ventas", "vendas", "vendite", "consumo", "销量", "销售额", "売上"),
    )
)
"""Words in names of what is forecast wherever it is: `unit_sales`, `Weekly_Sales`, `num_sold`."""

_FLAGS = frozenset(
    (
        *("holiday", "holidays", "promo", "promotion", "promotions", "onpromotion", "weekend"),
        *("workday", "workingday", "businessday", "schoolday", "open", "closed"),
        *("feiertag", "ferien", "wochenende", "aktion", "férié", "promoción", "feriado", "festivo"),
    )
)
"""Words in names of what is known of a day beforehand."""

_WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])")
"""A word of a name, however it is written: ``school_holiday``, ``SchoolHoliday``."""

REMAINING = (
    *("rul", "remaining_useful_life", "remaining useful life", "ttf", "time_to_failure"),
    *("time to failure", "cycles_left", "remaining_cycles", "remaining_life", "time_to_event"),
)
"""Names of what is left until the end of each series: of its last row known, no forecast."""

_OF_A_DAY = (("open", "high", "low"), ("eröffn.", "hoch", "tief"), ("eröffnung", "hoch", "tief"))
"""Prices that a table of a stock or a rate has beside the closing one, which is forecast."""

_CLOSING = (
    *("adj close", "adj_close", "adjclose", "adjusted close", "close", "price", "last"),
    *("schluss", "schlusskurs", "zuletzt"),
)
"""Names of the closing price, the adjusted ones first."""
_DECORATION = re.compile(r"^\d+\. |[<>*]|/.*")
"""What stands around a name: ``4. close``, ``<CLOSE>``, ``Close/Last``."""


def choose_target(
    table: Table,
    found: list[Column],
    wanted: str | None,
    time: Sequence[str],
    series: Sequence[str],
) -> tuple[Column, str]:
    """The column to predict, and why this one.

    Args:
        table: The file.
        found: Its columns, but for those of time stamps and of the series' names.
        wanted: The one that the user asks for; None to guess it.
        time, series: Those, where there are such.
    """
    path = "--target"
    if wanted is not None:
        column = next((column for column in found if column.name == wanted), None)
        taken = dict.fromkeys(time, "the time")
        taken |= dict.fromkeys(series, "which names the series")
        if wanted in taken or table.header.count(wanted) > 1:
            received = f"'{wanted}', {taken.get(wanted, 'which is there twice')}"
            refuse("must be one column of values", received, "name another column", path=path)
        if column is None:
            advice = name_nearest(wanted, table.header)
            refuse("must name a column of the file", f"'{wanted}'", advice, path=path)
        useless = column.flaw and column.flaw != "only counts the rows"
        if useless:
            received = f"'{wanted}', which {column.flaw}"
            refuse("must be numbers or classes", received, "name another column", path=path)
        return column, "as you said"
    for column in found:  # a count down is no flaw of what is left
        if named(column.name, REMAINING) and column.flaw in ("", "only counts the rows"):
            return column, "by its name: what is left of each series"
    usable = [column for column in found if not column.flaw]
    if not usable:
        flaws = [f"'{column.name}' {column.flaw}" for column in found]
        twice = sorted({name for name in table.header if table.header.count(name) > 1})
        said = name_some([*flaws, *(f"'{name}' stands twice in the header" for name in twice)], 4)
        received = said or "only time stamps"
        advice = "give each column a name of its own" if twice else "look at the file"
        if any("text among its numbers" in column.flaw for column in found):
            advice = "correct these cells, or leave them empty"
        refuse("must have a column of numbers or classes", received, advice)
    for column in usable:
        if named(column.name, _TARGETS) or column.name.casefold() == "y":
            return column, "by its name"
    close = _closing_price(usable)
    if close is not None:
        return close, "the closing price"
    sold = [each for each in usable if each.kind == "number" and _words(each.name) & _SOLD]
    if time and sold:  # of several the plainest: sales, not sales_lag_7
        return min(sold, key=lambda each: len(_WORD.findall(each.name))), "by its name"
    measured = [column for column in usable if not _is_flag(column)] if time else usable
    if measured and measured[-1] is not usable[-1]:
        return measured[-1], "the last column that is no flag of a day"
    return usable[-1], "the last column"


def _words(name: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(name)}


def _is_flag(column: Column) -> bool:
    """Whether it says yes or no of a day, as a calendar of holidays does."""
    different = np.unique(column.values[~column.gaps])
    return len(different) <= 2 and bool(_words(column.name) & _FLAGS)


def _closing_price(usable: Sequence[Column]) -> Column | None:
    """The one of a table of prices: adjusted where it has that, too."""
    by_name = {_DECORATION.sub("", column.name).strip().lower(): column for column in usable}
    if not any(by_name.keys() >= {*names} for names in _OF_A_DAY):
        return None
    return next((by_name[name] for name in _CLOSING if name in by_name), None)


def class_objective(counts: Iterable[int]) -> Setting:
    """The loss, or where a class has less than half its even share a score that sees it."""
    members = list(counts)
    if min(members) * len(members) * 2 < sum(members):
        why = "classes are unequal in number, and accuracy would not miss the rare ones"
        return Setting("objective", "val_f1_macro", why)
    why = "log loss: tells apart what is right equally often; accuracy stands beside it"
    return Setting("objective", "val_loss", why)
