"""What is put together in the end."""

from __future__ import annotations

import pytest

from rnnsearch.driver.delivering import shares_left


def test_a_simple_method_that_no_network_can_compute_leaves_its_share_to_the_others() -> None:
    shares = {"3": 0.3, "7": 0.2, "linear": 0.25, "last_value": 0.25}
    assert shares_left(shares, {"linear", "last_value"}) == pytest.approx(shares)
    found = shares_left(shares, {"linear"})
    assert found == pytest.approx({"3": 0.4, "7": 4 / 15, "linear": 1 / 3})
    assert shares_left({"3": 0.0, "7": 0.0, "linear": 1.0}, set()) == {"3": 0.5, "7": 0.5}
