"""Which column of a table is to be predicted: rules, and the order in which they are asked.

`RULES` is that order, and the first rule that finds a column decides. It goes from what can hardly
be meant otherwise to what merely stands last:

1. names that say it of themselves, in any table;
2. what tables of a kind are kept for: prices, sales, states, epidemics, the air;
3. the weather, which most often stands beside what is measured;
4. the place in the file.

A rule for another kind of table is a function, and a line in `RULES` with what it must come before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from rnnsearch.data.time.time_names import named
from rnnsearch.guessing.columns import COUNTS_ROWS, Column
from rnnsearch.guessing.known_ahead import is_flag
from rnnsearch.guessing.name_words import word_count, words_in
from rnnsearch.guessing.prices import closing, prices_of_each
from rnnsearch.guessing.target_words import (
    AHEAD,
    CASES,
    CHIEF,
    DOUBTS,
    ENERGY,
    NOT_MEASURED,
    POLLUTANT,
    POWER,
    QUALITY,
    REMAINING,
    SOLD,
    SUMMED_UP,
    TARGETS,
    TEMPERATURE,
    WEATHER,
    WHOLE,
)

__all__ = ["RULES", "Candidates", "Rule", "first_found", "lasts"]

_UNNAMED = re.compile(r"column_\d+")
_PRICES = 0.99
"""Share of rows of which the second number is the highest of four and the third the lowest."""
_PERSISTENT = 0.9
"""How much more often than by chance a class is that of the row before (Cohen's kappa), from which
its own past says next to all."""
_BESIDE = 3
"""Columns beside classes, from which these are found of what is measured there."""
_AMOUNTS = 10
"""Different values from which a column holds no codes."""


@dataclass(frozen=True)
class Candidates:
    """The columns to choose from, in the order of the file.

    Attributes:
        found: All but those of time stamps and of the series' names.
        dated: Whether the rows have time stamps.
    """

    found: Sequence[Column]
    dated: bool

    @cached_property
    def columns(self) -> list[Column]:
        """Those without a flaw."""
        return [each for each in self.found if not each.flaw]

    @cached_property
    def numbers(self) -> list[Column]:
        """Of numbers."""
        return [each for each in self.columns if each.kind == "number"]

    @property
    def nameless(self) -> bool:
        """Whether the file has no header."""
        return all(_UNNAMED.fullmatch(each.name) for each in self.found)

    @cached_property
    def measured(self) -> list[Column]:
        """No flags of a day; where the last of these is a copy, only numbers that are none."""
        own = [each for each in self.columns if not is_flag(each)]
        if own and self._is_copied(own[-1]):
            alone = [each for each in own if each.kind == "number" and not self._is_copied(each)]
            return alone or own
        return own

    def _is_copied(self, column: Column) -> bool:
        """Whether another has the same values in all rows: one of both says nothing."""
        return column.kind == "number" and any(
            each is not column and np.array_equal(each.values, column.values, equal_nan=True)
            for each in self.numbers
        )

    def with_words(self, words: frozenset[str]) -> list[Column]:
        """Numbers that have one of these in their name."""
        return [each for each in self.numbers if words_in(each.name) & words]


@dataclass(frozen=True)
class Rule:
    """A way to tell what a table is to be predicted.

    Attributes:
        name: For tests and those who read them.
        find: The column; None where the rule says nothing of a table.
        reason: What stands beside the column in the spec.
        asked: Of which tables: those whose rows have time stamps, those without, all.
    """

    name: str
    find: Callable[[Candidates], Column | None]
    reason: str
    asked: Literal["all", "dated", "undated"] = "all"

    def found(self, candidates: Candidates) -> Column | None:
        """The column, if the rule is asked of such a table and has one."""
        wanted = "dated" if candidates.dated else "undated"
        return self.find(candidates) if self.asked in ("all", wanted) else None


def first_found(candidates: Candidates) -> tuple[Column, Rule] | None:
    """The column, and the first rule that has one; None where no column can be used."""
    every = ((rule.found(candidates), rule) for rule in RULES)
    return next(((column, rule) for column, rule in every if column is not None), None)


def lasts(column: Column) -> bool:
    """Whether a column of classes mostly has that of the row before, and not by chance."""
    codes = np.unique(column.values, return_inverse=True)[1]
    chance = float(((np.bincount(codes) / len(codes)) ** 2).sum())
    stays = float((codes[1:] == codes[:-1]).mean())
    return chance < 1 and (stays - chance) / (1 - chance) >= _PERSISTENT


def _remaining(candidates: Candidates) -> Column | None:
    """A count down is no flaw of what is left."""
    usable = (each for each in candidates.found if each.flaw in ("", COUNTS_ROWS))
    return next((each for each in usable if named(each.name, REMAINING)), None)


def _called_target(candidates: Candidates) -> Column | None:
    for column in candidates.columns:
        said = named(column.name, TARGETS) or column.name.casefold() == "y"
        if said or words_in(column.name) & AHEAD:
            return column
    return None


def _closing_price(candidates: Candidates) -> Column | None:
    """Of several stocks that of the first."""
    found = prices_of_each(candidates.columns)
    return next((column for prices in found if (column := closing(prices))), None)


def _sold(candidates: Candidates) -> Column | None:
    """Of several the plainest: sales, not sales_lag_7."""
    found = candidates.with_words(SOLD)
    return min(found, key=lambda each: word_count(each.name), default=None)


def _power(candidates: Candidates) -> Column | None:
    found = candidates.with_words(POWER)
    whole = (c for c in found if words_in(c.name) & WHOLE and not words_in(c.name) & NOT_MEASURED)
    return next(whole, None)


def _chief(candidates: Candidates) -> Column | None:
    return next(iter(candidates.with_words(CHIEF)), None)


def _closing_without_names(candidates: Candidates) -> Column | None:
    """Of opening, highest, lowest and closing prices, which their sizes tell."""
    if not candidates.nameless or len(candidates.numbers) < 4:
        return None
    first = candidates.numbers[:4]
    begin, high, low, end = (each.values for each in first)
    apart = (high >= np.maximum(begin, end)) & (low <= np.minimum(begin, end)) & (high > low)
    return first[3] if float(apart.mean()) >= _PRICES else None


def _first_without_names(candidates: Candidates) -> Column | None:
    """What stands behind the time stamps: what else is known of it stands behind that."""
    if not candidates.nameless or not candidates.numbers:
        return None
    varied = (c for c in candidates.numbers if not (np.diff(c.values) >= 0).all())  # no clock
    first = next(varied, None)
    if first is None or len(np.unique(first.values[~first.gaps])) <= _AMOUNTS:
        return None
    return first


def _lasting_state(candidates: Candidates) -> Column | None:
    states = [each for each in candidates.columns if each.kind == "label"]
    if not states and candidates.nameless:  # codes of activities, gestures, stages of sleep
        states = [each for each in candidates.numbers if len(each.classes) > 2]
    alone = len(states) == 1 and len(candidates.columns) > _BESIDE
    return states[0] if alone and lasts(states[0]) else None


def _cases(candidates: Candidates) -> Column | None:
    """Of several those of a day, and the plainest."""

    def order(column: Column) -> tuple[bool, int]:
        return bool(words_in(column.name) & SUMMED_UP), word_count(column.name)

    return min(candidates.with_words(CASES), key=order, default=None)


def _fine_dust(candidates: Candidates) -> Column | None:
    return next((each for each in candidates.numbers if POLLUTANT.search(each.name)), None)


def _energy(candidates: Candidates) -> Column | None:
    """The one amount of energy, or of power, where the last column is of the weather."""
    found = candidates.with_words(POWER | ENERGY)
    told = [each for each in found if not words_in(each.name) & NOT_MEASURED]
    last = candidates.measured[-1:]
    weather = bool(last) and bool(words_in(last[0].name) & (WEATHER | TEMPERATURE))
    return told[0] if len(told) == 1 and weather else None


def _temperature(candidates: Candidates) -> Column | None:
    """Where the last column is of the weather as well: a place in the file would say less."""
    measured = candidates.measured
    if not measured or not words_in(measured[-1].name) & WEATHER:
        return None
    return next((each for each in measured if words_in(each.name) & TEMPERATURE), None)


def _beside_weather(candidates: Candidates) -> Column | None:
    """Amounts that stand first, before a table's weather."""
    if _temperature(candidates) is None:
        return None
    first = candidates.measured[0]
    amounts = first.kind == "number" and len(np.unique(first.values)) > _AMOUNTS
    return first if amounts and not words_in(first.name) & (WEATHER | TEMPERATURE) else None


def _before_quality(candidates: Candidates) -> Column | None:
    """The last numbers, where the last column says how good each value is."""
    if not candidates.columns:
        return None
    last = candidates.columns[-1]
    says_so = bool(words_in(last.name) & QUALITY) and bool(last.classes)
    doubts = says_so and {each.casefold() for each in last.classes} <= DOUBTS
    return candidates.numbers[-1] if doubts and candidates.numbers else None


def _last_before_flags(candidates: Candidates) -> Column | None:
    own = [each for each in candidates.columns if not is_flag(each)]
    flagged = bool(own) and own[-1] is not candidates.columns[-1]
    return own[-1] if flagged and own[-1] is candidates.measured[-1] else None


def _last_without_copy(candidates: Candidates) -> Column | None:
    measured = candidates.measured
    copied = bool(measured) and measured[-1] is not candidates.columns[-1]
    return measured[-1] if copied else None


def _last(candidates: Candidates) -> Column | None:
    return candidates.columns[-1] if candidates.columns else None


RULES: tuple[Rule, ...] = (
    # Before all else: tables of engines have a dozen sensors, and a class of what fails.
    Rule("remaining life", _remaining, "by its name: what is left of each series"),
    # Whoever calls a column so has said which it is.
    Rule("called target", _called_target, "by its name"),
    # Before what is sold: the turnover of a stock stands beside its prices.
    Rule("closing price", _closing_price, "the closing price"),
    # Before the weather, which shops note beside what they sell.
    Rule("sold", _sold, "by its name", "dated"),
    # Before the weather, which stands beside it.
    Rule("power", _power, "the power or load as a whole", "dated"),
    Rule("chief quantity", _chief, "by its name", "dated"),
    # Before the place. With time stamps, the one column of classes may be no more than a weekday.
    Rule(
        "lasting state",
        _lasting_state,
        "the one column of classes, which stay for long",
        "undated",
    ),
    # Both before the weather, which is noted beside them.
    Rule("cases", _cases, "by its name", "dated"),
    Rule("fine dust", _fine_dust, "by its name", "dated"),
    # Before the temperature, and what else of the weather stands last: it is what drives a load.
    Rule("energy", _energy, "the energy or power: the last column is of the weather", "dated"),
    # Before the temperature, which such a table has as well: it begins with what was measured.
    Rule(
        "beside weather",
        _beside_weather,
        "the first column: the last is of the weather",
        "dated",
    ),
    # Before the place, which says little where any column of the weather may be the last.
    Rule(
        "temperature",
        _temperature,
        "the temperature: the last column is of the weather, too",
        "dated",
    ),
    # Both before the last: whoever writes no names begins with what matters.
    Rule(
        "closing price without names",
        _closing_without_names,
        "the fourth of four prices, of which the second is the highest and the third the lowest",
        "dated",
    ),
    Rule(
        "first without names",
        _first_without_names,
        "the first column behind the time stamps, as the file has no names",
        "dated",
    ),
    # Before the last column, which it is.
    Rule(
        "before quality",
        _before_quality,
        "the last column of numbers: the one behind says how good they are",
        "dated",
    ),
    # Most tables have it last, but for what is known beforehand and what stands there twice.
    Rule(
        "last before flags",
        _last_before_flags,
        "the last column that is no flag of a day",
        "dated",
    ),
    Rule(
        "last without copy",
        _last_without_copy,
        "the last column that is no flag of a day, and that no other has the values of",
        "dated",
    ),
    # Of all tables, and always there.
    Rule("last", _last, "the last column"),
)
"""All of them, in the order they are asked."""
