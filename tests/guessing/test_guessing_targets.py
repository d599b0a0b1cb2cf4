"""Which column is predicted: by its name, or the last that is no flag of a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.guessing import Guess

RANDOM = np.random.default_rng(0)
DAYS = pd.date_range("2021-01-01", periods=300).strftime("%Y-%m-%d")
FLAG = (np.arange(300) % 7 > 4).astype(int)


def numbers() -> np.ndarray:
    return RANDOM.normal(size=300).round(3)


def target(found: Guess) -> Any:
    return next(setting for setting in found.data if setting.key == "target").value


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        # Rossmann's, Walmart's and Favorita's, and in other languages.
        (["Sales", "Customers", "Open", "Promo", "SchoolHoliday"], "Sales"),
        (["Weekly_Sales", "Temperature", "IsHoliday"], "Weekly_Sales"),
        (["unit_sales", "onpromotion"], "unit_sales"),
        (["price", "num_sold", "cost"], "num_sold"),
        (["sales_lag_7", "sales", "sales_mean"], "sales"),
        (["Umsatz", "Temperatur", "Feiertag"], "Umsatz"),
        (["ventas", "lluvia", "festivo"], "ventas"),
        # No such name: the last one, flags of a day aside.
        (["temperature", "load", "is_holiday", "weekend"], "load"),
        (["salesperson", "wind"], "wind"),
        (["load", "holiday_distance"], "holiday_distance"),
        (["temperature", "humidity", "Occupancy"], "Occupancy"),
        (["is_holiday", "weekend"], "weekend"),
    ],
)
def test_target_of_a_table_in_time(
    columns: list[str], expected: str, look: Callable[..., Guess]
) -> None:
    flags = {"Open", "Promo", "SchoolHoliday", "IsHoliday", "onpromotion", "Feiertag", "festivo"}
    flags |= {"is_holiday", "weekend", "Occupancy"}
    cells = {
        name: np.roll(FLAG, at) if name in flags else numbers() for at, name in enumerate(columns)
    }
    if set(columns) <= flags:
        cells = {name: RANDOM.integers(2, size=300) for name in columns}
    found = look({"date": DAYS, **cells})
    assert target(found) == expected


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["Sales", "Open", "Promo"], "'Open', 'Promo' may be known when a forecast is made: if so, take "
         "them out of data.inputs, and set data.known: [Open, Promo]"),
        (["sales", "IsHoliday"], "'IsHoliday' may be known when a forecast is made: if so, take it out "
         "of data.inputs, and set data.known: [IsHoliday]"),
        (["sales", "temperature"], ""),
    ],
)  # fmt: skip
def test_what_a_calendar_knows_beforehand_is_said(
    columns: list[str], said: str, look: Callable[..., Guess]
) -> None:
    flags = {"Open", "Promo", "IsHoliday"}
    cells = {n: np.roll(FLAG, at) if n in flags else numbers() for at, n in enumerate(columns)}
    notes = [note for note in look({"date": DAYS, **cells}).notes if "may be known" in note]
    assert notes == ([said] if said else [])
