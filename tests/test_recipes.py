"""CONTRIBUTING's recipes hold: a toy of each kind, made in the recipe's files only, is searched with.

The toys are put into a copy of the package, all at once, and a small search uses each of them.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

import rnnsearch

PACKAGE = Path(rnnsearch.__file__).parent
CONTRIBUTING = (PACKAGE.parent / "CONTRIBUTING.md").read_text("utf-8")
NEW = ""
"""In place of what an insertion stands before: the file is a new one."""

Recipe = Mapping[str, list[tuple[str, str]]]
"""File → what is put into it: before which line, and what."""

METRIC: Recipe = {
    "vocabulary/metric_facts.py": [
        (
            '        MetricFact(\n            "pinball"',
            '        MetricFact("worst", "minimize", "numeric", "the largest error"),\n',
        )
    ],
    "tasks/metrics.py": [
        ('    "pinball": _pinball', '    "worst": _worst,\n'),
        (
            "def _pinball(",
            "def _worst(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:\n"
            "    return (abs(y_true - y_pred) * weight[..., None]).max()\n\n\n",
        ),
    ],
}
LOSS: Recipe = {
    "vocabulary/loss_facts.py": [
        (
            '        LossFact(\n            "quantile"',
            '        LossFact("log_cosh", "numeric", "the logarithm of the error\'s cosh"),\n',
        )
    ],
    "tasks/losses.py": [
        (
            '    "quantile": _pinball,',
            '    "log_cosh": lambda loss, y, o: np.log(np.cosh(o - y)).mean(axis=-1),\n',
        ),
        (
            '    "quantile": _pinball_slope,',
            '    "log_cosh": lambda loss, y, o: np.tanh(o - y) / y.shape[1],\n',
        ),
    ],
    "engines/keras_losses.py": [
        (
            '    "quantile": lambda loss',
            '    "log_cosh": lambda loss: keras.losses.LogCosh(reduction=_MEAN),\n',
        )
    ],
}
BASELINE: Recipe = {
    "baselines/first_target.py": [
        (
            NEW,
            "from rnnsearch.baselines._base import Baseline\n"
            "from rnnsearch.baselines._constant import Constant\n"
            "from rnnsearch.baselines._rows import features_if_any\n\n\n"
            "class FirstTarget(Baseline):\n"
            '    name = "first_target"\n\n'
            "    def suits(self, task, dataset):\n"
            '        return dataset.target.kind == "numeric"\n\n'
            "    def fit(self, task, dataset):\n"
            "        target, train = dataset.target, dataset.train\n"
            "        own = target.own_units(train.y, train.anchor).reshape(-1, target.width)\n"
            "        return Constant(target, own[0], features_if_any(task, dataset))\n",
        )
    ],
    "baselines/registry.py": [
        (
            "from rnnsearch.baselines.last_value",
            "from rnnsearch.baselines.first_target import FirstTarget\n",
        ),
        ("    SeasonalNaive(),", "    FirstTarget(),\n"),
    ],
}
SAMPLER: Recipe = {
    "vocabulary/sampler_facts.py": [
        ('        SamplerFact("grid"', '        SamplerFact("dice"),\n')
    ],
    "driver/sampling/samplers.py": [
        (
            '    "grid": _random',
            '    "dice": lambda turn: optuna.samplers.RandomSampler(seed=turn.own + 1),\n',
        )
    ],
}
PRUNER: Recipe = {
    "vocabulary/sampler_facts.py": [
        ('        PrunerFact("none"', '        PrunerFact("patient", by_epochs=True),\n')
    ],
    "driver/pruning/pruners.py": [
        (
            '    "none": lambda',
            '    "patient": lambda epochs: optuna.pruners.PercentilePruner(99),\n',
        )
    ],
}
CELL: Recipe = {
    "vocabulary/cell_facts.py": [
        ('        CellFact("GRU"', '        CellFact("ReluRNN", gates=1, states=1),\n')
    ],
    "models/cells.py": [
        (
            '        Cell(facts["GRU"]',
            '        Cell(facts["ReluRNN"], _relu_rnn, _relu_rnn_gradient, shared_dropout=True),\n',
        ),
        (
            "def _lstm(",
            "def _relu_rnn(x: Array, states: Arrays, h: Array) -> tuple[Arrays, Arrays]:\n"
            "    new = jnp.maximum(x + h, 0)\n"
            "    return (new,), (new,)\n\n\n"
            "def _relu_rnn_gradient(kept: Arrays, states: Arrays, d: Arrays):\n"
            "    return d[0] * (kept[0] > 0), (jnp.zeros_like(d[0]),)\n\n\n",
        ),
    ],
    "models/layers.py": [
        (
            '    "GRU": keras',
            '    "ReluRNN": lambda *a, **k: keras.layers.SimpleRNN(*a, activation="relu", **k),\n',
        )
    ],
}
SOURCE: Recipe = {
    "data/sources/json_lines.py": [
        (
            NEW,
            "import json\n\nimport numpy as np\n\n"
            "from rnnsearch.data.raw.tables import Table, TextColumn\n"
            "from rnnsearch.data.sources._base import TableReader\n\n\n"
            "class JsonLinesReader(TableReader):\n"
            "    def read(self, path, asked={}):\n"
            '        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]\n'
            "        columns = (TextColumn([str(row[key]) for row in rows]) for key in rows[0])\n"
            "        return Table(tuple(rows[0]), np.arange(1, len(rows) + 1), tuple(columns))\n",
        )
    ],
    "data/sources/__init__.py": [
        (
            "from rnnsearch.data.sources.npy ",
            "from rnnsearch.data.sources.json_lines import JsonLinesReader\n",
        ),
        ('    "parquet": ParquetReader', '    "jsonl": JsonLinesReader(),\n'),
    ],
    "spec/sources/series.py": [
        (
            "SERIES: tuple[",
            "class JsonLinesSource(SeriesSource):\n"
            '    source: Literal["jsonl"] = Field(description="The kind of data.")\n'
            '    path: Path = Field(description="The file.")\n\n\n',
        ),
        ("ParquetSource)\n", "JsonLinesSource, "),
    ],
}
TASK: Recipe = {
    "vocabulary/mappings.py": [
        ("\n    @property\n    def reads_sequence", "    skips: bool = False\n"),
        (
            "MAPPINGS: dict[",
            "EVERY_OTHER = MappingFact(\n"
            '    "every_other", "sequence", "value", False, "sequence → value, of every other row",\n'
            '    ("window",), True,\n'
            ")\n",
        ),
        ("ONE_TO_ONE, ONE_TO_MANY, MANY_TO_ONE", "EVERY_OTHER, "),
    ],
    "tasks/every_other.py": [
        (
            NEW,
            "from rnnsearch.tasks._base import Task\n"
            "from rnnsearch.tasks.many_to_one import ManyToOne\n"
            "from rnnsearch.vocabulary import MAPPINGS\n\n\n"
            "class EveryOther(Task):\n"
            '    mapping = MAPPINGS["every_other"]\n\n'
            "    def head(self, dataset):\n"
            "        return ManyToOne().head(dataset)\n\n"
            "    def memoryless_features(self, x, vocabulary=None):\n"
            "        return ManyToOne().memoryless_features(x, vocabulary)\n",
        )
    ],
    "tasks/__init__.py": [
        (
            "from rnnsearch.tasks.judging",
            "from rnnsearch.tasks.every_other import EveryOther\n",
        ),
        ("OneToOne(), OneToMany()", "EveryOther(), "),
    ],
    "data/series/cuts/skipping.py": [
        (
            NEW,
            "from rnnsearch.data.series.cuts._base import Cut\n"
            "from rnnsearch.data.series.cuts.one_output import OneOutput\n\n\n"
            "class Skipping(Cut):\n"
            "    def windows(self, layout, series, segment, first_target, stride):\n"
            "        skipping = None if stride is None else 2 * stride\n"
            "        return OneOutput().windows(layout, series, segment, first_target, skipping)\n\n"
            "    def of_file(self, layout, series):\n"
            "        return OneOutput().of_file(layout, series)\n\n"
            "    def predicted(self, layout, windows):\n"
            "        return OneOutput().predicted(layout, windows)\n\n"
            "    def x(self, layout, series, features, windows):\n"
            "        return OneOutput().x(layout, series, features, windows)\n\n"
            "    def scalings(self, layout):\n"
            "        return OneOutput().scalings(layout)\n",
        )
    ],
    "data/series/cuts/__init__.py": [
        (
            "from rnnsearch.data.series.cuts.forecasts",
            "from rnnsearch.data.series.cuts.skipping import Skipping\n",
        ),
        (
            "    if not mapping.writes_sequence:",
            "    if mapping.skips:\n        return Skipping()\n",
        ),
    ],
}
EXPORT: Recipe = {
    "exports/text_format.py": [
        (
            NEW,
            "from rnnsearch.exports._base import Format\n"
            "from rnnsearch.exports.keras_format import KerasFormat\n\n\n"
            "class TextFormat(Format):\n"
            '    name = "text"\n'
            '    about = "weights as text, beside a model"\n'
            "    needs = KerasFormat.needs\n"
            "    use = KerasFormat.use\n\n"
            "    def write(self, network, folder):\n"
            "        KerasFormat().write(network, folder)\n"
            "        weights = [w.tolist() for w in network.model.get_weights()]\n"
            '        (folder / "weights.txt").write_text(repr(weights), "utf-8")\n',
        )
    ],
    "exports/registry.py": [
        (
            "\n__all__",
            "from rnnsearch.exports.text_format import TextFormat\n",
        ),
        ("    KerasFormat(),\n", "    TextFormat(),\n"),
    ],
}
TRACKER: Recipe = {
    "trackers/words.py": [
        (
            NEW,
            "from rnnsearch.trackers._base import Tracker\n\n\n"
            "class Words(Tracker):\n"
            "    def begin(self, search):\n"
            '        self.path = search.folder / "words.txt"\n'
            '        self.add("begun")\n\n'
            "    def trial(self, record, curves):\n"
            '        self.add(f"trial {record.number}")\n\n'
            "    def end(self, summary):\n"
            '        self.add("ended")\n\n'
            "    def add(self, line):\n"
            '        with self.path.open("a", encoding="utf-8") as file:\n'
            '            file.write(line + "\\n")\n',
        )
    ],
    "trackers/registry.py": [
        ("\n__all__", "from rnnsearch.trackers.words import Words\n"),
        ('    "wandb": WandB', '    "words": Words,\n'),
    ],
    "spec/schema.py": [('"wandb"], ...]', '"words", ')],
}
EXECUTOR: Recipe = {
    "execution/on_a_thread.py": [
        (
            NEW,
            "from rnnsearch.execution.inline import InlineExecutor\n\n\n"
            "class OnAThread(InlineExecutor):\n"
            "    def start(self):\n"
            '        (self._setup.logs.parent / "thread.txt").write_text("started", "utf-8")\n'
            "        super().start()\n",
        )
    ],
    "spec/schema.py": [('"ray"] = Field(', '"thread", ')],
    "api/searches/resources.py": [
        (
            '    if spec.run.executor == "ray"',
            '    if spec.run.executor == "thread":\n'
            "        from rnnsearch.execution.on_a_thread import OnAThread\n\n"
            "        return OnAThread(setup)\n",
        )
    ],
}
VERDICT: Recipe = {
    "diagnosis/verdict_rules.py": [
        (
            "_RULES: tuple[",
            "def _brief(run: Training) -> Verdict | None:\n"
            '    return Verdict("brief", f"{len(run.curve)} epochs") if len(run.curve) < 9 else None\n\n\n',
        ),
        ("    _lost,\n", "    _brief,\n"),
    ],
    "diagnosis/training_run.py": [('    "healthy",', '    "brief",\n')],
}
REMARK: Recipe = {
    "linting/few.py": [
        (
            NEW,
            "from rnnsearch.linting._base import Remark\n\n\n"
            "def few(planned):\n"
            "    if planned.spec.search.trials < 3:\n"
            '        yield Remark("doubt", "search.trials", "are a toy\'s", "ask for more")\n',
        )
    ],
    "linting/rules.py": [
        ("from rnnsearch.linting.idle", "from rnnsearch.linting.few import few\n"),
        ("    never_used,\n    without", "    few,\n"),
    ],
}
SECTION: Recipe = {
    "report/page/cells_used.py": [
        (
            NEW,
            "from rnnsearch.report.page._base import Section\n\n\n"
            "def cells_used(study):\n"
            '    cells = {record.params["cell"] for record in study.trials}\n'
            '    return Section("used", "Cells that were used", [", ".join(sorted(cells))])\n',
        )
    ],
    "report/page/page_building.py": [
        (
            "from rnnsearch.report.page.choices",
            "from rnnsearch.report.page.cells_used import cells_used\n",
        ),
        ("        tradeoff(study),", "        cells_used(study),\n"),
    ],
}
RECIPES = {
    "task": TASK,
    "export": EXPORT,
    "metric": METRIC,
    "loss": LOSS,
    "baseline": BASELINE,
    "sampler": SAMPLER,
    "pruner": PRUNER,
    "cell": CELL,
    "data source": SOURCE,
    "tracker": TRACKER,
    "executor": EXECUTOR,
    "verdict": VERDICT,
    "remark of `check`": REMARK,
    "section of the report": SECTION,
}

SPEC = {
    "task": "every_other",
    "data": {
        "source": "jsonl",
        "path": "series.jsonl",
        "inputs": ["load"],
        "target": "load",
        "window": 4,
        "split": {"backtest": {"folds": 1}},
    },
    "space": {"cell": ["ReluRNN"], "units": 4, "learning_rate": {"min": 0.001, "max": 0.03}},
    "loss": "log_cosh",
    "search": {
        "objective": "val_worst",
        "sampler": "dice",
        "pruner": "patient",
        "trials": 2,
        "epochs": 3,
        "confirm": 0,
    },
    "run": {"workers": 1, "executor": "thread", "trackers": ["words"]},
}


SCRIPT = """
import json
from rnnsearch import api
from rnnsearch.api.studies.report_file import report_page
from rnnsearch.spec.reference import reference
api.search("toys.yaml", output="found")
with open("toys.yaml") as file:
    spec = json.load(file)
with open("found/spec.md", "w") as file:
    file.write(reference())
reports = {task: api.check({**spec, "task": task}) for task in ("every_other", "many_to_one")}
said = {task: report.data for task, report in reports.items()}
said["remarks"] = [str(remark) for remark in reports["every_other"].remarks]
with open("found/said.json", "w") as file:
    json.dump(said, file)
api.Results.open("found").export("text")
page = report_page("found", predicts=False)
with open("found/page.json", "w") as file:
    json.dump({section.title: [*map(str, section.parts)] for section in page.sections}, file)
"""
"""A search; then the reference, what a task's toy makes of the data beside what it is made after, and
an export and a report."""


def apply(recipe: Recipe, package: Path) -> None:
    """Follow a recipe in a copy of the package."""
    for name, insertions in recipe.items():
        file = package / name
        for anchor, text in insertions:
            if anchor == NEW:
                assert not [*package.rglob(file.name)], "no two modules of a name"
                file.write_text(text, "utf-8")
                continue
            before, found, after = file.read_text("utf-8").partition(anchor)
            assert found, f"{name} has no {anchor!r}"
            file.write_text(before + text + found + after, "utf-8")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of what a search with all of the toys wrote."""
    folder = tmp_path_factory.mktemp("recipes")
    shutil.copytree(PACKAGE, folder / "rnnsearch")
    for recipe in RECIPES.values():
        apply(recipe, folder / "rnnsearch")
    load = 10 + np.sin(np.arange(120) / 3) + np.random.default_rng(0).normal(0, 0.1, 120)
    lines = [json.dumps({"load": round(value, 3)}) for value in load.tolist()]
    (folder / "series.jsonl").write_text("\n".join(lines), "utf-8")
    (folder / "toys.yaml").write_text(json.dumps(SPEC), "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr + ended.stdout
    return folder / "found"


def test_a_search_uses_a_toy_of_each_kind(results: Path) -> None:
    rows = list(csv.DictReader((results / "leaderboard.csv").read_text("utf-8").splitlines()))
    trials = [row for row in rows if row["params_cell"] == "ReluRNN"]
    assert len(trials) == 2
    assert all(float(row["val_worst"]) >= float(row["val_rmse"]) > 0 for row in trials)
    assert len({row["params_learning_rate"] for row in trials}) == 2
    assert "baseline:first_target" in [row["trial"] for row in rows]
    assert (results / "best.keras").exists()
    written = (results / "spec.yaml").read_text("utf-8")
    for name in ("every_other", "log_cosh", "val_worst", "dice", "patient", "jsonl"):
        assert name in written


def test_the_reference_knows_each_toy(results: Path) -> None:
    written = (results / "spec.md").read_text("utf-8")
    for name in ("every_other", "jsonl", "ReluRNN", "worst", "log_cosh", "dice", "patient"):
        assert name in written


def test_the_toy_of_a_task_cuts_the_data_as_its_file_says(results: Path) -> None:
    said = json.loads((results / "said.json").read_text("utf-8"))
    counts = {
        task: [int(re.findall(r"\d+", text)[0]) for name, text in said[task] if name == "training"]
        for task in ("every_other", "many_to_one")
    }
    assert counts["every_other"] == [-(-count // 2) for count in counts["many_to_one"]]
    assert counts["every_other"]


def test_the_toy_of_a_format_is_written_and_was_run(results: Path) -> None:
    folder = results / "exports" / "text"
    assert (folder / "weights.txt").exists()
    with np.load(folder / "examples.npz") as examples:
        assert len(examples["expected"]) == 100


def test_the_toys_of_workers_and_trackers_are_used(results: Path) -> None:
    assert (results / "thread.txt").read_text("utf-8") == "started"
    assert not [*(results / "logs").glob("*")], "no process was begun for a worker"
    told = (results / "words.txt").read_text("utf-8").split("\n")
    assert sorted(told) == ["", "begun", "ended", "trial 0", "trial 1"]


def test_the_toys_of_what_is_said_are_heard(results: Path) -> None:
    remarks = json.loads((results / "said.json").read_text("utf-8"))["remarks"]
    assert "search.trials: are a toy's; ask for more" in remarks
    rows = csv.DictReader((results / "leaderboard.csv").read_text("utf-8").splitlines())
    assert {row["verdict"] for row in rows if row["params_cell"] == "ReluRNN"} == {"brief"}
    page = json.loads((results / "page.json").read_text("utf-8"))
    assert page["Cells that were used"] == ["ReluRNN"]


@pytest.mark.parametrize("kind", RECIPES)
def test_a_recipe_takes_few_files_and_names_them(kind: str) -> None:
    recipe = RECIPES[kind]
    assert len(recipe) <= (6 if kind == "task" else 3)
    heads = (f"**a {kind}**", f"**an {kind}**")
    paragraphs = [text for text in CONTRIBUTING.split("\n\n") if any(h in text for h in heads)]
    assert len(paragraphs) == 1
    for name, insertions in recipe.items():
        new = insertions[0][0] == NEW
        said = f"`{Path(name).parent}/`" if new else f"`{name}`"
        assert said in paragraphs[0], f"the recipe of a {kind} does not name {said}"
