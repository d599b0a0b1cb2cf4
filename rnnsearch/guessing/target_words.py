"""Words in the names of columns that tables are kept for, and of what stands beside these."""

from __future__ import annotations

import re

__all__ = [
    "AHEAD",
    "CASES",
    "CHIEF",
    "CLOSING",
    "DECORATION",
    "DOUBTS",
    "ENERGY",
    "NOT_MEASURED",
    "OF_A_DAY",
    "POLLUTANT",
    "POWER",
    "QUALITY",
    "REMAINING",
    "SOLD",
    "SUMMED_UP",
    "TARGETS",
    "TEMPERATURE",
    "WEATHER",
    "WHOLE",
]

REMAINING = (
    *("rul", "remaining_useful_life", "remaining useful life", "ttf", "time_to_failure"),
    *("time to failure", "cycles_left", "remaining_cycles", "remaining_life", "time_to_event"),
)
"""Names of what is left until the end of each series: of its last row known, no forecast."""

TARGETS = ("target", "label", "class")
AHEAD = frozenset(("tomorrow",))
"""Words in names of what lies ahead of its row: `RainTomorrow`."""

OF_A_DAY = (
    *(("open", "high", "low"), ("eröffn.", "hoch", "tief"), ("eröffnung", "hoch", "tief")),
    *(("price", "volume"), ("price", "vol."), ("price", "market cap")),
    *(("apertura", "máximo", "mínimo"), ("apertura", "massimo", "minimo")),
    *(("abertura", "máxima", "mínima"), ("ouv.", "plus haut", "plus bas")),
    *(("ouverture", "plus haut", "plus bas"), ("open", "hoog", "laag")),
)
"""What a table of a stock, a rate or a coin has beside the closing price."""
CLOSING = (
    *("adj close", "adjclose", "adjusted close", "adjusted", "close", "price", "last"),
    *("schluss", "schlusskurs", "zuletzt", "cierre", "último", "chiusura", "ultimo"),
    *("fechamento", "clôture", "dernier", "slot", "laatste"),
)
"""Names of the closing price, the adjusted ones first."""
DECORATION = re.compile(r"^\d+\. |[<>*]|/.*")
"""What stands around a name: ``4. close``, ``<CLOSE>``, ``Close/Last``."""

QUALITY = frozenset(
    ("quality", "qualität", "qualitaet", "qualité", "calidad", "qualità", "flag", "qc")
)
"""Words in names of what is said of the value beside: `Quality`."""
DOUBTS = frozenset(
    (
        *("good", "bad", "uncertain", "ok", "valid", "invalid", "suspect", "suspicious"),
        *("missing", "estimated", "measured", "true", "false"),
        *("gut", "schlecht", "unsicher", "gültig", "ungültig"),
    )
)
"""What is said there."""

SOLD = frozenset(
    (
        *(
            "sales",
            "sold",
            "demand",
            "revenue",
            "turnover",
            "orders",
            "consumption",
            "quantity",
            "usage",
        ),
        *("umsatz", "umsätze", "absatz", "verkäufe", "nachfrage", "verbrauch"),
        *("ventes", "ventas", "vendas", "vendite", "consumo", "销量", "销售额", "売上"),
    )
)
"""Words in names of what is forecast wherever it is: `unit_sales`, `Weekly_Sales`, `num_sold`."""

POWER = frozenset(("power", "load", "electricity"))
ENERGY = frozenset(("energy", "kw", "kwh", "mw", "mwh", "gw", "gwh", "wh", "watts", "watt"))
"""Further such words, units among them: `kwh`, `energy_mwh`."""
WHOLE = frozenset(("global", "total", "active", "actual", "system", "grid"))
NOT_MEASURED = frozenset(("forecast", "predicted", "theoretical", "reactive", "factor"))
"""Words in names of what a meter, a grid or a turbine is watched for, and of what stands beside:
`Global_active_power`, `total load actual`, `LV ActivePower (kW)`."""

CHIEF = frozenset(
    (
        *("glucose", "streamflow", "discharge", "runoff"),
        *("passengers", "ridership", "sunspot", "sunspots"),
    )
)
"""Words in names of what tables are kept for, whatever stands behind it."""

CASES = frozenset(("cases", "infections", "deaths", "confirmed"))
SUMMED_UP = frozenset(("total", "cumulative", "cum", "cumulated"))
"""Words in names of what an epidemic is counted by, and of counts since its beginning."""

POLLUTANT = re.compile(r"pm[ _.]?(2[_.]?5|10)\b", re.IGNORECASE)
"""Fine dust, which tables of the air's quality are kept for."""

TEMPERATURE = frozenset(
    (
        *("temperature", "temperatures", "temp", "meantemp", "tempm", "tavg", "tmean", "t"),
        *("temperatur", "température", "temperatura", "气温", "気温"),
    )
)
WEATHER = frozenset(
    (
        *("wind", "windspeed", "winddirection", "winddir", "windgust", "gust", "wd", "ws", "wv"),
        *("rain", "rainfall", "snow", "snowfall", "precipitation", "precip", "prcp"),
        *("humidity", "hum", "rh", "ah", "dew", "dewpoint", "tdewpoint", "tdew", "dewp"),
        *("pressure", "meanpressure", "press", "pres", "mbar", "hpa", "visibility", "cloudcover"),
    )
)
"""Words in names of the weather: its chief quantity, and what is measured beside it."""
