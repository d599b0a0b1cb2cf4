"""Prices of a day: which columns are those of a stock, and which of them is the closing one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from rnnsearch.guessing.columns import Column
from rnnsearch.guessing.target_words import CLOSING, DECORATION, OF_A_DAY

__all__ = ["closing", "prices_of_each"]

_KNOWN = sorted({*CLOSING, *(name for names in OF_A_DAY for name in names)}, key=len, reverse=True)
_PRICE = "|".join(map(re.escape, _KNOWN))
_BEFORE = re.compile(rf"(?P<stock>.*\S)[ .:|/-]+(?P<price>{_PRICE})")
_BEHIND = re.compile(rf"(?P<price>{_PRICE})[ .:|/-]+(?P<stock>\S.*)")
"""``AAPL.Close`` of R's quantmod, ``AAPL Close`` and ``Close AAPL`` of headers with levels."""


def prices_of_each(columns: Sequence[Column]) -> Iterator[Mapping[str, Column]]:
    """Columns by their plain names; then those that are called after a stock, for each of these."""
    names = {_plain(column.name): column for column in columns}
    yield names
    stocks: dict[str, dict[str, Column]] = {}
    for name, column in names.items():
        known = _BEFORE.fullmatch(name) or _BEHIND.fullmatch(name)
        if known is not None:
            stocks.setdefault(known["stock"], {})[known["price"]] = column
    yield from stocks.values()


def closing(prices: Mapping[str, Column]) -> Column | None:
    """The closing price of these, if they are prices of a day."""
    if not any(prices.keys() >= {*names} for names in OF_A_DAY):
        return None
    return next((prices[name] for name in CLOSING if name in prices), None)


def _plain(name: str) -> str:
    return DECORATION.sub("", name).strip().lower().replace("_", " ")
