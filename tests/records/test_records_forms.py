"""What values of a results folder must look like, whoever wrote them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pytest

from rnnsearch.outcomes import Delivery, TrialRecord
from rnnsearch.outcomes.record_forms import check_form, check_params

DELIVERY = {
    **{"kind": "bag", "score": 1.0, "low": None, "high": 2, "metrics": {"val_loss": 1.0}},
    "shares": {"0": 1.0},
    "networks": 1,
}


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (Delivery, {**DELIVERY, "shares": {"0": None}}, "x.shares.0 is no number"),
        (Delivery, {**DELIVERY, "metrics": {"val_loss": "1"}}, "x.metrics.val_loss is no number"),
        (Delivery, {**DELIVERY, "parts": {}}, "x.parts is no list"),
        (Delivery, {key: DELIVERY[key] for key in ("kind", "score")}, "x has no low"),
        (TrialRecord, {"number": True, "state": "FAIL"}, "x.number is no whole number"),
        (TrialRecord, {"number": 0, "state": "DONE"}, "x.state is no COMPLETE or PRUNED or"),
        (TrialRecord, [], "x is no mapping"),
        (Sequence[int], [1, -1], r"x\[1\] is no whole number"),
        (int | None, 2**53, "x is no whole number"),
        (Mapping[str, Literal["a", "b"]], {"k": []}, "x.k is no a or b"),
    ],
)
def test_what_has_another_form_is_named(kind: Any, value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_form(kind, value, "x")


def test_what_searches_write_has_the_form() -> None:
    check_form(Delivery, DELIVERY, "")
    check_form(TrialRecord, {"number": 0, "state": "FAIL", "score": None}, "")
    check_params({"cell": "GRU", "changes": True, "clip_norm": -1, "window": None})
    with pytest.raises(ValueError, match=r"params\.units is no value of a parameter"):
        check_params({"units": [1]})
