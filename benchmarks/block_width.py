"""How many trials in a row should share their structure: `search.block` at equal time.

    python benchmarks/block_width.py --json results/block_width.jsonl --plot results/block.png

It takes long, so each measurement is appended to the file as it is made, and one that stands
there is not made again: the same command goes on where it was cut off. What the columns are:
benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import rnnsearch
from benchmarks.job import count, output_file, positive
from benchmarks.machine import print_machine
from benchmarks.tables import table
from rnnsearch.spec import load, resolved

_ROOT = Path(__file__).resolve().parents[1]
_SPECS = ("electricity", "weather", "japanese_vowels")
_WIDE = {"cell": ["SimpleRNN", "LSTM", "GRU"], "depth": [1, 2], "units": [16, 32, 64]}
_UNLIMITED = 100_000


@dataclass(frozen=True)
class Setting:
    """What makes two measurements the same one."""

    spec: str
    wide: bool
    seconds: float
    block: int
    seed: int


@dataclass(frozen=True)
class Measurement:
    """One search.

    Attributes:
        setting: Which.
        objective: What `best` is; smaller is better.
        best: On the validation part, of any trial that was not a failure.
        ended: Trials that were trained to their end, or pruned before it.
        structures: Different ones among them.
    """

    setting: Setting
    objective: str
    best: float
    ended: int
    structures: int


def main() -> None:
    arguments = _parse()
    known = _read(arguments.json)
    wanted = list(_settings(arguments))
    print_machine()
    for number, setting in enumerate(wanted, 1):
        if setting in known:
            continue
        one = known[setting] = _search(setting)
        _append(arguments.json, one)
        said = f"{one.objective} {one.best:.5g}, {one.ended} trials, {one.structures} structures"
        print(f"{number} of {len(wanted)}: {setting}: {said}", file=sys.stderr, flush=True)
    found = [known[setting] for setting in wanted]
    for spec in arguments.specs:
        ones = [one for one in found if one.setting.spec == spec]
        print(f"{spec}: {ones[0].objective} after {arguments.seconds:g} s\n\n{_table(ones)}\n")
    print(f"All data sets\n\n{_rank_table(found)}")
    if arguments.plot is not None:
        _plot(found, arguments.plot)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Final score over the number of trials in a row that share their structure."
    )
    parser.add_argument("--specs", nargs="+", choices=_SPECS, default=list(_SPECS))
    parser.add_argument("--blocks", nargs="+", type=count, default=[1, 4, 8, 16, 32], metavar="N")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4], metavar="N")
    parser.add_argument(
        "--seconds", type=positive, default=30.0, metavar="S", help="of a search; default: 30"
    )
    parser.add_argument(
        "--wide", action="store_true", help="widen the space to cell × depth 1, 2 × units 16 to 64"
    )
    parser.add_argument(
        "--json", type=output_file, metavar="FILE", help="JSON lines: go on, and append"
    )
    parser.add_argument("--plot", type=output_file, metavar="FILE", help="draw it, as PNG or SVG")
    arguments = parser.parse_args()
    for option in ("specs", "blocks", "seeds"):
        setattr(arguments, option, list(dict.fromkeys(getattr(arguments, option))))
    return arguments


def _settings(arguments: argparse.Namespace) -> Iterator[Setting]:
    """In this order whatever cuts it off leaves whole comparisons; blocks take turns to begin."""
    for turn, seed in enumerate(arguments.seeds):
        first = turn % len(arguments.blocks)
        blocks = [*arguments.blocks[first:], *arguments.blocks[:first]]
        for spec in arguments.specs:
            for block in blocks:
                yield Setting(spec, arguments.wide, arguments.seconds, block, seed)


def _read(path: Path | None) -> dict[Setting, Measurement]:
    """The measurements in the file, if there is one; a last line that was cut off is left out."""
    known: dict[Setting, Measurement] = {}
    if path is None or not path.exists():
        return known
    text = path.read_text("utf-8")
    for line in text[: text.rfind("\n") + 1].splitlines():
        values = json.loads(line)
        setting = Setting(**values.pop("setting"))
        known[setting] = Measurement(setting, **values)
    if not text.endswith("\n"):
        path.write_text(text[: text.rfind("\n") + 1], "utf-8")
    return known


def _append(path: Path | None, one: Measurement) -> None:
    if path is not None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(one)) + "\n")


def _search(setting: Setting) -> Measurement:
    """One search, with an empty cache of compiled programs: compiling is what blocks save."""
    overrides = {
        "search.timeout": setting.seconds,
        "search.trials": _UNLIMITED,
        "search.block": setting.block,
        "search.seed": setting.seed,
    }
    with tempfile.TemporaryDirectory(prefix="block-width-") as folder, _cache(Path(folder)):
        spec = _spec(setting)
        results = rnnsearch.search(spec, overrides=overrides, output=Path(folder) / "study")
        if results.interrupted:
            raise KeyboardInterrupt
        board, summary = results.leaderboard, results.summary
    if summary["direction"] != "minimize":
        raise SystemExit(f"the objective must be minimized; received {summary['objective']}")
    ended = board[board["state"].isin(["COMPLETE", "PRUNED"]) & (board["epochs"] > 0)]
    if not len(ended):
        raise SystemExit(f"no trial ended an epoch in {setting.seconds:g} s; give more --seconds")
    structural = [f"params_{name}" for name in ("cell", "units", "depth", "bidirectional")]
    columns = [name for name in structural if name in ended]
    return Measurement(
        setting,
        summary["objective"],
        float(ended["score"].min()),
        len(ended),
        len(ended[columns].drop_duplicates()),
    )


def _spec(setting: Setting) -> dict[str, Any]:
    """The shipped spec as plain values, widened if asked for."""
    document = resolved(load(_ROOT / "search_spaces" / f"{setting.spec}.yaml").spec)
    if setting.wide:
        document["space"] |= _WIDE
        document["space"].pop("forget_bias", None)  # its default, whatever the cells are
    return document


@contextlib.contextmanager
def _cache(folder: Path) -> Iterator[None]:
    """Point the cache of compiled programs to a folder."""
    changes = {"XDG_CACHE_HOME": str(folder / "cache")}
    names = ("XDG_CACHE_HOME", "JAX_COMPILATION_CACHE_DIR")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name in changes:
            del os.environ[name]
        os.environ.update(before)


def _by_block(ones: Sequence[Measurement]) -> dict[int, list[Measurement]]:
    blocks = sorted({one.setting.block for one in ones})
    return {block: [one for one in ones if one.setting.block == block] for block in blocks}


def _table(ones: Sequence[Measurement]) -> str:
    header = ["block", "best", "min–max", "trials", "structures"]
    rows = []
    for block, same in _by_block(ones).items():
        best = [one.best for one in same]
        row = [str(block), f"{statistics.median(best):.5g}", f"{min(best):.5g}–{max(best):.5g}"]
        row += [f"{statistics.median(one.ended for one in same):g}"]
        row += [f"{statistics.median(one.structures for one in same):g}"]
        rows.append(row)
    return table(header, rows)


def _rank_table(found: Sequence[Measurement]) -> str:
    """The mean over data sets and seeds of a block's rank among the blocks; 1 is best."""
    ranks: dict[int, list[float]] = {}
    for one in found:
        setting = one.setting
        rivals = [
            other.best
            for other in found
            if (other.setting.spec, other.setting.seed) == (setting.spec, setting.seed)
        ]
        ranks.setdefault(setting.block, []).append(_rank(one.best, rivals))
    rows = [[str(block), f"{statistics.mean(ranks[block]):.2f}"] for block in sorted(ranks)]
    return table(["block", "mean rank"], rows)


def _rank(value: float, rivals: Sequence[float]) -> float:
    """Its place among its rivals, itself included; ties share the mean of their places."""
    return sum(rival < value for rival in rivals) + (rivals.count(value) + 1) / 2


def _plot(found: Sequence[Measurement], path: Path) -> None:
    """A panel a data set: the median over seeds, and every seed as a point."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    specs = list(dict.fromkeys(one.setting.spec for one in found))
    figure, axes = pyplot.subplots(1, len(specs), figsize=(4 * len(specs), 3.5), squeeze=False)
    for panel, spec in zip(axes[0], specs, strict=True):
        ones = [one for one in found if one.setting.spec == spec]
        medians = {
            b: statistics.median(o.best for o in same) for b, same in _by_block(ones).items()
        }
        panel.plot([one.setting.block for one in ones], [one.best for one in ones], "o", alpha=0.4)
        panel.plot(list(medians), list(medians.values()), "k-")
        panel.set_xscale("log", base=2)
        panel.set_xticks(list(medians), [str(block) for block in medians])
        panel.set(title=spec, xlabel="block", ylabel=f"best {ones[0].objective}")
    figure.tight_layout()
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
