"""What stands beside the networks, and what it is worth: one search, several mixtures.

    python benchmarks/mixtures.py SPEC … --seconds 60

Each spec is searched once. Of what was confirmed then, mixtures are made that differ in nothing but
which simple methods may be in them: none, all but the network without memory, all, and what a
search offers. Each is
judged over the origins, by shares that were fitted without the origin judged, and on the test part.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import rnnsearch
from rnnsearch.driver.comparing.offers import Offers
from rnnsearch.driver.finishing.delivering import Delivering, Standing
from rnnsearch.outcomes import Delivery

_WITHOUT = ("feed_forward",)


@dataclass
class Mixtures:
    """Looks on while a search ends, and judges more than is delivered."""

    asked: tuple[Any, ...] | None = None
    found: dict[str, Delivery] = field(default_factory=dict)

    def watch(self) -> None:
        """Take the place of what offers and what delivers."""
        ensemble, deliver = Offers.ensemble, Delivering.deliver

        def offering(offers: Offers, *asked: Any) -> Delivery | None:
            self.asked = (offers, *asked)
            return ensemble(offers, *asked)

        def delivering(one: Delivering, chosen: Delivery, members: Any, *a: Any, **k: Any) -> Any:
            delivered = deliver(one, chosen, members, *a, **k)
            if self.asked is not None:
                self._judge(one, members)
            return delivered

        Offers.ensemble = offering  # type: ignore[method-assign,assignment]
        Delivering.deliver = delivering  # type: ignore[method-assign]

    def _judge(self, delivering: Delivering, members: Sequence[Standing]) -> None:
        assert self.asked is not None
        offers, bag, named, known = self.asked
        rivals = {name: known[name] for name in offers.court.rivals(known, bag)}
        some = {name: outputs for name, outputs in known.items() if name not in _WITHOUT}
        offered = {
            "networks": replace(offers.of("bag", bag, named), kind="ensemble"),
            "without": offers.ensemble(bag, named, some),
            "all": offers._ensemble(bag, named, rivals),
            "chosen": offers.ensemble(bag, named, known),
        }
        for name, one in offered.items():
            if one is not None:
                self.found[name] = delivering.judged(one, members, math.inf)


def main() -> None:
    """Print a table with a row a spec."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("specs", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    mixtures = Mixtures()
    mixtures.watch()
    print("| search | networks | with others | with all | offered | shares |")
    print("|---|---|---|---|---|---|")
    for spec in given.specs:
        mixtures.asked, mixtures.found = None, {}
        with tempfile.TemporaryDirectory() as folder:
            wanted = {"search.timeout": given.seconds}
            results = rnnsearch.search(spec, overrides=wanted, output=folder, fresh=True)
            metric = str(results.summary["objective"]).removeprefix("val_")
        kinds = ("networks", "without", "all", "chosen")
        cells = [_cell(mixtures.found.get(kind), metric) for kind in kinds]
        print("|", " | ".join([spec.stem, *cells, _shares(mixtures.found.get("chosen"))]), "|")


def _cell(one: Delivery | None, metric: str) -> str:
    """Over the origins, and on the test part."""
    return "" if one is None else f"{one.score:.4g}, {one.test.get(f'test_{metric}', math.nan):.4g}"


def _shares(one: Delivery | None) -> str:
    if one is None:
        return ""
    networks = sum(share for name, share in one.shares.items() if name.isdecimal())
    others = [f"{n} {share:.2f}" for n, share in one.shares.items() if not n.isdecimal()]
    return ", ".join([f"networks {networks:.2f}", *others])


if __name__ == "__main__":
    main()
