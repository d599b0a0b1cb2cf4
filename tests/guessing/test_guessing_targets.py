"""Which column is predicted: by its name, or the last that is no flag of a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.guessing import Guess
from rnnsearch.guessing.columns import Column
from rnnsearch.guessing.target_rules import RULES, Candidates, first_found

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
        (["USAGE (kWh)", "COST"], "USAGE (kWh)"),
        (["Quantity", "Pct", "Cost of goods sold"], "Quantity"),
        (["sales_lag_7", "sales", "sales_mean"], "sales"),
        (["Umsatz", "Temperatur", "Feiertag"], "Umsatz"),
        (["ventas", "lluvia", "festivo"], "ventas"),
        # What a meter, a grid or a turbine is watched for, and other chief quantities.
        (["Global_active_power", "Global_reactive_power", "Voltage"], "Global_active_power"),
        (["solar", "total load forecast", "total load actual", "price"], "total load actual"),
        (["LV ActivePower (kW)", "Wind Speed (m/s)", "Wind Direction"], "LV ActivePower (kW)"),
        (["Glucose (mg/dL)", "Insulin", "Carbs"], "Glucose (mg/dL)"),
        (["price", "market_cap", "volume"], "price"),
        (["MinTemp", "RainTomorrow", "Rainfall"], "RainTomorrow"),
        (["load_mw", "temp_c"], "load_mw"),
        (["humidity", "energy kWh", "wind"], "energy kWh"),
        (["energy", "power", "temp"], "temp"),
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


def column(name: str) -> Column:
    """Numbers; but for names that say otherwise flags, classes or a copy."""
    values = np.random.default_rng(len(name)).normal(size=300)
    if name in ("holiday", "fault"):
        values = np.repeat([0, 1, 0], 100)
    if name.startswith("rv"):
        values = np.arange(300.0)
    values = values + {"column_3": 9, "column_4": -9}.get(name, 0)
    kind: Any = "label" if name == "fault" else "number"
    classes = {"no": 200, "yes": 100} if name == "fault" else {}
    if name == "quality":
        kind, classes = "label", {"Good": 200, "Bad": 100}
    return Column(name, kind, values, np.zeros(300, bool), classes)


ORDER = [
    ("remaining life", "called target", ["t1", "target", "rul"], True),
    ("called target", "closing price", ["open", "high", "low", "close", "label"], True),
    ("closing price", "sold", ["open", "high", "low", "turnover", "close"], True),
    ("sold", "temperature", ["temp", "sales", "humidity"], True),
    ("power", "temperature", ["temp", "total load", "humidity"], True),
    ("chief quantity", "temperature", ["temp", "discharge", "humidity"], True),
    ("lasting state", "last", ["fault", "a", "b", "c"], False),
    ("cases", "temperature", ["temp", "new_cases", "humidity"], True),
    ("fine dust", "temperature", ["temp", "pm10", "humidity"], True),
    ("energy", "temperature", ["wind", "kwh", "temp", "humidity"], True),
    ("beside weather", "temperature", ["appliances", "temp", "humidity"], True),
    ("temperature", "last before flags", ["temp", "humidity", "holiday"], True),
    (
        "closing price without names",
        "first without names",
        ["column_2", "column_3", "column_4", "column_5"],
        True,
    ),
    ("first without names", "last", ["column_2", "column_6"], True),
    ("before quality", "last", ["a", "b", "quality"], True),
    ("last before flags", "last without copy", ["a", "load", "holiday"], True),
    ("last without copy", "last", ["load", "rv1", "rv2"], True),
]
"""Which rule is asked before which other, and a table of which both have something to say."""


@pytest.mark.parametrize(("earlier", "later", "names", "dated"), ORDER)
def test_rules_are_asked_in_their_order(
    earlier: str, later: str, names: list[str], dated: bool
) -> None:
    rules = {rule.name: rule for rule in RULES}
    table = Candidates([column(name) for name in names], dated)
    assert rules[later].found(table) is not None
    choice = first_found(table)
    assert choice is not None
    assert choice == (rules[earlier].found(table), rules[earlier])


def test_every_rule_stands_in_the_order() -> None:
    names = [rule.name for rule in RULES]
    assert [one for one, *_ in ORDER] == names[:-1]
    assert {*names} >= {other for _, other, *_ in ORDER} >= {"last"}


def test_of_unusable_columns_none_is_found() -> None:
    flawed = Column(
        "load", "number", np.ones(9), np.zeros(9, bool), {}, "is 1 in all training rows"
    )
    assert first_found(Candidates([flawed], dated=True)) is None
