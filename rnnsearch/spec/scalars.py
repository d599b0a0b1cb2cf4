"""What an unquoted word of YAML means: the core schema of YAML 1.2, and nothing surprising."""

from __future__ import annotations

import math
import re

__all__ = ["LARGEST", "UnclearScalar", "read_duration", "read_plain"]

LARGEST = 2**63
"""Whole numbers must be smaller than this."""

_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DECIMAL = re.compile(r"[-+]?[0-9]+", re.ASCII)
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DURATION = re.compile(
    r"(?:(?P<days>[0-9.]+) ?d)? ?(?:(?P<hours>[0-9.]+) ?h)? ?"
    r"(?:(?P<minutes>[0-9.]+) ?m(?:in)?)? ?(?:(?P<seconds>[0-9.]+) ?s)?",
    re.ASCII,
)
_SECONDS = {"days": 86_400.0, "hours": 3_600.0, "minutes": 60.0, "seconds": 1.0}


class UnclearScalar(ValueError):
    """A word that readers of YAML disagree about, or that no number can hold."""

    def __init__(self, must: str, advice: str) -> None:
        super().__init__(must)
        self.must = must
        self.advice = advice


def read_plain(text: str) -> bool | int | float | str | None:
    """The value of an unquoted word.

    Only ``true`` and ``false`` are booleans, so ``no`` and ``on`` are texts; ``1e-4`` is a
    number; ``1:30`` is a text.

    Raises:
        UnclearScalar: ``012``, which is 10 to YAML 1.1 and 12 to YAML 1.2; infinity, not a
            number, and numbers too large to be meant.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _DECIMAL.fullmatch(text):
        digits = text.lstrip("+-")
        if digits[0] == "0" and len(digits) > 1:
            short = digits.lstrip("0") or "0"
            raise UnclearScalar(
                "must be a number without leading zeros",
                f'write {short[:20]} for the number, "{text[:20]}" for a text',
            )
        return _within(int(text) if len(digits) < 20 else LARGEST)
    if _OTHER_BASE.fullmatch(text):
        return _within(int(text, 0) if len(text) < 30 else LARGEST)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isfinite(number):
            return number
    if _FLOAT.fullmatch(text) or _NOT_FINITE.fullmatch(text):
        raise UnclearScalar("must be a finite number", f'write "{text[:20]}" for a text')
    return text


def _within(number: int) -> int:
    if abs(number) >= LARGEST:
        raise UnclearScalar("must be a number below 2^63", "put it in quotes if it is a text")
    return number


def read_duration(text: str) -> float | None:
    """Seconds of a duration such as ``90s``, ``20m`` or ``1h30m``; None if it is not one."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None or not any(match.groups()):
        return None
    try:
        seconds = sum(
            float(number) * _SECONDS[unit] for unit, number in match.groupdict().items() if number
        )
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None
