"""model_card.md (Mitchell et al., 2019): what a network is, found on what, and how good."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rnnsearch.data import Preparation
from rnnsearch.exports.raw import Signature
from rnnsearch.report.text import score
from rnnsearch.report.verdict import Standing, certainty, name_of_winner, sentence, standings
from rnnsearch.visible import visible

__all__ = ["model_card"]

_LIMITS = (
    "It knows what its training data showed, and nothing of values far outside that.",
    "Its scores were measured on data of the same origin as what it learned from; where the world "
    "changes, measure again: `python main.py evaluate`.",
    "It computes with 32 bits: of numbers a million times as large as what varies in them, too "
    "little is left.",
)


def model_card(
    summary: Mapping[str, Any],
    spec: str,
    environment: Mapping[str, Any],
    preparation: Preparation,
    signature: Signature,
    content: str,
) -> str:
    """The card's text, Markdown.

    Args:
        summary: The values of summary.json.
        spec: The text of the resolved spec.
        environment: The values of environment.json.
        preparation: The way from raw data to the network.
        signature: What the export takes and gives.
        content: The digest of the data; empty where it is not known.
    """
    parts = standings(summary)
    winner = name_of_winner(summary)
    lines = [f"# {summary['name']}", "", f"{winner[0].upper()}{winner[1:]}, found by rnnsearch."]
    lines += ["", "## Use", "", *_use(signature)]
    lines += ["", "## Data", "", *_data(preparation, content)]
    lines += ["", "## Scores", "", *_scores(parts, summary)]
    lines += [f"- It {sentence(one)}." for one in parts]
    lines += [f"- {line}" for line in certainty(summary)]
    lines += ["", "## Limits", "", *(f"- {line}" for line in (*_LIMITS, *_spans(preparation)))]
    lines += ["", "## Made with", "", *_made(environment)]
    lines += ["", "## Spec", "", "```yaml", spec.rstrip(), "```"]
    return visible("\n".join(lines) + "\n")


def _use(signature: Signature) -> list[str]:
    """Inputs and the output, a row each."""
    rows = [
        (
            one.name,
            f"B × {' × '.join(map(str, one.shape))}",
            one.dtype,
            one.about,
            ", ".join(one.columns),
        )
        for one in signature.inputs
    ]
    lines = _table(("input", "axes", "type", "holds", "columns"), rows)
    of = ", ".join(map(str, signature.classes or signature.targets))
    axes = " × ".join(("B", *signature.axes))
    levels = (
        f", quantiles {', '.join(map(str, signature.quantiles))}" if signature.quantiles else ""
    )
    return [*lines, "", f"It gives `{signature.output}` ({axes}): {of}{levels}."]


def _data(preparation: Preparation, content: str) -> list[str]:
    target = preparation.target
    what = f"classes {', '.join(map(str, target.classes[:20]))}" if target.classes else "numbers"
    more = f" and {len(target.classes) - 20} more" if len(target.classes) > 20 else ""
    lines = [f"- Predicted: {', '.join(target.names)} ({what}{more})."]
    return lines + ([f"- SHA-256 of the data: `{content}`."] if content else [])


def _scores(parts: Sequence[Standing], summary: Mapping[str, Any]) -> list[str]:
    """The winner beside the baselines, a row each, with the interval where it is known."""
    delivered: Mapping[str, Any] = next(
        (one for one in summary.get("deliveries", ()) if one["delivered"]), {}
    )
    low, high = delivered.get("low"), delivered.get("high")
    interval = "" if low is None or high is None else f" (95 %: {score(low)} to {score(high)})"
    own = [
        score(one.winner, one.spread) + (interval if one.part == "validation" else "")
        for one in parts
    ]
    names = dict.fromkeys(name for one in parts for name in one.baselines)
    rows = [("**this network**", *own)]
    rows += [(name, *(score(one.baselines.get(name)) for one in parts)) for name in names]
    return [*_table(("", *(one.metric for one in parts)), rows), ""]


def _spans(preparation: Preparation) -> list[str]:
    """What training showed of each input."""
    seen = getattr(preparation, "seen", ())
    categories = getattr(preparation, "categories", {})
    names = [n for n in getattr(preparation, "inputs_names", ()) if n not in categories]
    if not names:
        names = [f"feature {place + 1}" for place in range(len(seen))]
    return [
        f"Training showed {name} from {score(low)} to {score(high)}."
        for name, (low, high) in zip(names[:20], seen, strict=False)
        if math.isfinite(low) and abs(low) < 1e300
    ]


def _made(environment: Mapping[str, Any]) -> list[str]:
    packages = {k: v for k, v in environment.get("packages", {}).items() if v is not None}
    made = [f"- {', '.join(f'{name} {version}' for name, version in packages.items())}"]
    facts = [environment.get(name) for name in ("started", "device", "platform", "python")]
    return [*made, f"- {', '.join(str(fact) for fact in facts if fact)}"]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines]
