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

__all__ = ["REMAINING", "choose_target", "class_objective", "flags_note", "lasts"]

_TARGETS = ("target", "label", "class")
_PERSISTENT = 0.9
"""How much more often than by chance a class is that of the row before (Cohen's kappa), from which
its own past says next to all."""

_SOLD = frozenset(
    (
        *("sales", "sold", "demand", "revenue", "turnover", "orders", "consumption"),
        *("umsatz", "umsätze", "absatz", "verkäufe", "nachfrage", "verbrauch"),
        *("ventes", "ventas", "vendas", "vendite", "consumo", "销量", "销售额", "売上"),
    )
)
"""Words in names of what is forecast wherever it is: `unit_sales`, `Weekly_Sales`, `num_sold`."""

_CASES = frozenset(("cases", "infections", "deaths", "confirmed"))
_SUMMED_UP = frozenset(("total", "cumulative", "cum", "cumulated"))
"""Words in names of what an epidemic is counted by, and of counts since its beginning."""

_POLLUTANT = re.compile(r"pm[ _.]?(2[_.]?5|10)\b", re.IGNORECASE)
"""Fine dust, which tables of the air's quality are kept for."""

_WEATHER = frozenset(
    (
        *("wind", "windspeed", "winddirection", "winddir", "windgust", "gust", "wd", "ws", "wv"),
        *("rain", "rainfall", "snow", "snowfall", "precipitation", "precip", "prcp"),
        *("humidity", "hum", "rh", "ah", "dew", "dewpoint", "tdewpoint", "tdew", "dewp"),
        *("pressure", "meanpressure", "press", "pres", "mbar", "hpa", "visibility", "cloudcover"),
    )
)
_TEMPERATURE = frozenset(
    (
        *("temperature", "temperatures", "temp", "meantemp", "tempm", "tavg", "tmean", "t"),
        *("temperatur", "température", "temperatura", "气温", "気温"),
    )
)
"""Words in names of the weather: what is measured beside something else, and its chief quantity."""
_BESIDE = 3
"""Columns beside classes, from which these are found of what is measured there."""
_AMOUNTS = 10
"""Different values from which a column holds no codes."""

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
    *("adj close", "adjclose", "adjusted close", "close", "price", "last"),
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
    states = [each for each in usable if each.kind == "label"]
    if not time and len(states) == 1 and len(usable) > _BESIDE and lasts(states[0]):
        return states[0], "the one column of classes, which stay for long"
    return _measured(usable) if time else (usable[-1], "the last column")


def lasts(column: Column) -> bool:
    """Whether a column of classes mostly has that of the row before, and not by chance."""
    codes = np.unique(column.values, return_inverse=True)[1]
    chance = float(((np.bincount(codes) / len(codes)) ** 2).sum())
    stays = float((codes[1:] == codes[:-1]).mean())
    return chance < 1 and (stays - chance) / (1 - chance) >= _PERSISTENT


def _measured(usable: Sequence[Column]) -> tuple[Column, str]:
    """Of a table with time stamps: what is measured, and neither flag nor what stands beside it."""
    numbers = [each for each in usable if each.kind == "number"]
    cases = [each for each in numbers if _words(each.name) & _CASES]
    dust = [each for each in numbers if _POLLUTANT.search(each.name)]
    if cases:  # of several those of a day, and the plainest
        return min(cases, key=_since_the_beginning), "by its name"
    if dust:
        return dust[0], "by its name"
    measured = [each for each in usable if not _is_flag(each)]
    if not measured:
        return usable[-1], "the last column"
    if _stands_twice(measured[-1], numbers):
        own = [each for each in measured if each.kind == "number"]
        alone = [each for each in own if not _stands_twice(each, numbers)]
        measured = alone or measured
    temperature = next((each for each in measured if _words(each.name) & _TEMPERATURE), None)
    if temperature is not None and _words(measured[-1].name) & _WEATHER:
        first = measured[0]
        amounts = first.kind == "number" and len(np.unique(first.values)) > _AMOUNTS
        if amounts and not _words(first.name) & (_WEATHER | _TEMPERATURE):
            return first, "the first column: the last is of the weather"
        return temperature, "the temperature: the last column is of the weather, too"
    if measured[-1] is usable[-1]:
        return usable[-1], "the last column"
    flags = all(_is_flag(each) for each in usable[usable.index(measured[-1]) + 1 :])
    return measured[-1], "the last column that is no flag of a day" if flags else _NO_COPY


_NO_COPY = "the last column that is no flag of a day, and that no other has the values of"


def _since_the_beginning(column: Column) -> tuple[bool, int]:
    words = [word.casefold() for word in _WORD.findall(column.name)]
    return bool(_SUMMED_UP & {*words}), len(words)


def _stands_twice(column: Column, others: Sequence[Column]) -> bool:
    """Whether another column has the same values in all rows: one of both says nothing."""
    return column.kind == "number" and any(
        each is not column and np.array_equal(each.values, column.values, equal_nan=True)
        for each in others
    )


def _words(name: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(name)}


def _is_flag(column: Column) -> bool:
    """Whether it says yes or no of a day, as a calendar of holidays does."""
    different = np.unique(column.values[~column.gaps])
    return len(different) <= 2 and bool(_words(column.name) & _FLAGS)


def flags_note(columns: Sequence[Column], target: Column) -> list[str]:
    """What to say of columns that a calendar of holidays and promotions knows beforehand."""
    named = [each for each in columns if each is not target and _words(each.name) & _FLAGS]
    names = [each.name for each in named if each.kind == "label" or _is_flag(each)]
    if not names:
        return []
    quoted, them = name_some(f"'{name}'" for name in names), "it" if len(names) == 1 else "them"
    return [
        f"{quoted} may be known when a forecast is made: if so, take {them} out of data.inputs, "
        f"and set data.known: [{', '.join(names)}]"
    ]


def _closing_price(usable: Sequence[Column]) -> Column | None:
    """The one of a table of prices: adjusted where it has that, too."""
    by_name = {
        _DECORATION.sub("", column.name).strip().lower().replace("_", " "): column
        for column in usable
    }
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
