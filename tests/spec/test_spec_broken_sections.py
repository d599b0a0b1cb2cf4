"""task, data, search and run: the exact message for each way to get them wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rnnsearch.spec import SOURCES
from rnnsearch.spec.wording import joined
from rnnsearch.vocabulary import LOSSES, MAPPINGS, METRICS

# Of what the vocabulary names: a new task, metric or loss changes no line here.
SOURCE_NAMES = joined(name for name in SOURCES if name != "arrays")
WITH_WINDOW = joined(name for name, source in SOURCES.items() if "window" in source.model_fields)
RANKING = {f"val_{metric.name}": metric for metric in METRICS.values() if metric.direction}
OF_CLASSES = joined(["val_loss", *(n for n, m in RANKING.items() if m.target_kind == "class")])
FURTHER = [metric for metric in METRICS.values() if not metric.usual]
LOSS_NAMES = ["auto", *LOSSES]
A_LOSS = f"{', '.join(LOSS_NAMES)} or a mapping of name, delta, quantiles and class_weights"

CASES: list[tuple[str, list[tuple[str, ...]], str]] = [
    (
        "no task",
        [("replace", "task: many_to_one\n", "")],
        f"s.yaml:1:1: task: must be given: {joined(MAPPINGS)}; add task: to the spec",
    ),
    (
        "unknown task",
        [("replace", "many_to_one", "many_to_won")],
        f"s.yaml:1:1: task: must be {joined(MAPPINGS)}; received many_to_won; did you mean "
        "many_to_one?",
    ),
    (
        "unknown section",
        [("end", "serach: {trials: 5}")],
        "s.yaml:10:1: serach: must be a key of the spec; received serach; did you mean "
        "search? known keys: name, task, data, space, loss, search, run",
    ),
    (
        "unknown source",
        [("replace", "source: csv", "source: cvs")],
        f"s.yaml:3:3: data.source: must be {SOURCE_NAMES}; received cvs; did you mean csv?",
    ),
    (
        "arrays in a file",
        [("replace", "source: csv", "source: arrays")],
        f"s.yaml:3:3: data.source: must be {SOURCE_NAMES} in a file; received arrays; write a "
        "file, or use the Python API",
    ),
    (
        "unknown data key",
        [("data", "horizont: 1")],
        "s.yaml:8:3: data.horizont: must be a key of data; received horizont; did you mean "
        "horizon? known keys: source, path, time, time_format, time_zone, series, inputs, known, kinds, calendar, target, window, "
        "horizon, stride, output_steps, season, base, lags, difference, scaling, irregular, duplicates, missing_values, dialect, split, target_kind, missing",
    ),
    (
        "wrong type",
        [("data", "stride: 1.5")],
        "s.yaml:8:3: data.stride: must be a whole number of at least 1; received 1.5",
    ),
    (
        "number as column",
        [("replace", "[demand]", "[demand, 5]")],
        's.yaml:5:20: data.inputs[1]: must be a text; received 5; write "5" in quotes',
    ),
    (
        "key of another source",
        [
            (
                "replace",
                "  source: csv\n  path: load.csv\n  inputs: [demand]\n  target: demand\n  window: 96\n",
                "  source: npz\n  path: load.npz\n  window: 96\n",
            )
        ],
        "s.yaml:5:3: data.window: must not be given; received 96; it is known for source: "
        f"{WITH_WINDOW} only",
    ),
    (
        "no window",
        [("replace", "  window: 96\n", "")],
        "s.yaml:2:1: data.window: must be given for many_to_one: a whole number of at least "
        "1; add window: under data:, or search it in space:",
    ),
    (
        "no output_steps",
        [("replace", "many_to_one", "one_to_many")],
        "s.yaml:2:1: data.output_steps: must be given for one_to_many: a whole number of at "
        "least 1; add output_steps: under data:\n"
        "s.yaml:5:12: data.inputs[0]: must not be the target: its first value is part of the "
        "answer; received demand; remove it\n"
        "s.yaml:7:3: data.window: must not be given for one_to_many: its input has no time "
        "axis; received 96; remove it; see output_steps",
    ),
    (
        "leak at horizon 0",
        [("data", "horizon: 0")],
        "s.yaml:8:3: data.horizon: must be at least 1 where a target (demand) is also an "
        "input; received 0; set horizon: 1 to forecast, or remove the target from inputs",
    ),
    (
        "calendar without time",
        [("data", "calendar: [hour]")],
        "s.yaml:2:1: data.time: must be given where calendar is: the column with the time "
        "stamp; add time: under data:",
    ),
    (
        "unknown calendar",
        [("data", "time: t", "calendar: [hours]")],
        "s.yaml:9:14: data.calendar[0]: must be hour, weekday, weekend, day_of_month, month, "
        "month_name, quarter, day_of_year or trend; received hours; did you mean hour?",
    ),
    (
        "nothing to train on",
        [("data", "split: {validation: 0.5, test: 0.5}")],
        "s.yaml:8:3: data.split: must leave something to train on: validation + test below "
        "1; received 0.5 + 0.5; such as {validation: 0.15, test: 0.15}",
    ),
    (
        "random split of a series",
        [("data", "split: {by: random}")],
        "s.yaml:8:11: data.split.by: must be time or auto: at random, parts of one series "
        "would know each other; received random; remove it",
    ),
    (
        "seed of a split by time",
        [("data", "split: {seed: 3}")],
        "s.yaml:8:11: data.split.seed: must not be given where the split is by time: it has "
        "no effect; received 3; remove it",
    ),
    (
        "folds of arrays",
        [
            (
                "replace",
                "  source: csv\n  path: load.csv\n  inputs: [demand]\n  target: demand\n  window: 96\n",
                "  source: npz\n  path: load.npz\n  split: {by: time, backtest: {folds: 3}}\n",
            )
        ],
        "s.yaml:5:21: data.split.backtest: must not be given where the data is no table: folds "
        "follow each other in time; received {folds: 3}; use split.folds",
    ),
    (
        "windows that reach back to nothing",
        [("replace", "many_to_one", "many_to_many"), ("data", "split: {reach_back: true}")],
        "s.yaml:8:11: data.split.reach_back: must be auto for many_to_many of source: csv: it has "
        "no effect; received true; remove it",
    ),
    (
        "step of one fold",
        [("data", "split: {backtest: {folds: 1, step: 3}}")],
        "s.yaml:8:32: data.split.backtest.step: must not be given for one fold: it has no effect; "
        "received 3; set folds, too",
    ),
    (
        "folds of part of a block",
        [
            ("replace", "many_to_one", "one_to_many"),
            ("data", "split: {backtest: {folds: 2, step: 6, window: 8}}"),
            ("replace", "window: 96", "output_steps: 4"),
            ("replace", "[demand]", "[day]"),
        ],
        "s.yaml:8:32: data.split.backtest.step: must be whole blocks: a multiple of 4 "
        "(data.output_steps); received 6; change one of them",
    ),
    (
        "folds, and a column of parts",
        [("data", "split: {column: part, backtest: {folds: 3}}")],
        "s.yaml:8:11: data.split.column: must not be given where data.split.backtest is: its folds "
        "are shares of the rows; received part; remove one of them",
    ),
    (
        "a column of parts that is read",
        [("data", "split: {column: demand}")],
        "s.yaml:8:11: data.split.column: must be a column of its own: it says where a row belongs, "
        "not what was observed; received demand; leave it out of the others",
    ),
    (
        "no folds",
        [("data", "split: {backtest: {folds: 0}}")],
        "s.yaml:8:22: data.split.backtest.folds: must be auto, or a whole number of at least 1; "
        "received 0",
    ),
    (
        "column twice",
        [("replace", "[demand]", "[demand, wind, wind]")],
        "s.yaml:5:26: data.inputs[2]: must not be listed twice; received wind; remove it",
    ),
    (
        "unknown metric",
        [("end", "search: {objective: rmse}")],
        f"s.yaml:10:10: search.objective: must be {joined(['val_loss', *RANKING])}; received rmse; "
        "did you mean val_rmse?",
    ),
    (
        "metric of another target",
        [("data", "target_kind: class"), ("end", "search: {objective: val_rmse}")],
        f"s.yaml:11:10: search.objective: must be {OF_CLASSES} for target_kind: class; received "
        "val_rmse",
    ),
    (
        "coverage as an objective",
        [("end", "loss: quantile", "search: {objective: val_coverage}")],
        f"s.yaml:11:10: search.objective: must be {joined(['val_loss', *RANKING])}; received "
        "val_coverage; wide quantiles cover all; val_pinball ranks them",
    ),
    (
        "pinball without quantiles",
        [("end", "loss: mae", "search: {objective: val_pinball}")],
        "s.yaml:11:10: search.objective: must be another metric for loss mae: no quantiles are "
        "predicted; received val_pinball; set loss: quantile",
    ),
    (
        "unknown further metric",
        [("end", "search: {metrics: [mape, auc]}")],
        f"s.yaml:10:26: search.metrics[1]: must be {joined(m.name for m in FURTHER)}; received auc; "
        "did you mean roc_auc?",
    ),
    (
        "further metrics of another target, and twice",
        [("data", "target_kind: numeric"), ("end", "search: {metrics: [mase, mase, roc_auc]}")],
        "s.yaml:11:26: search.metrics[1]: must not be listed twice; received mase; remove it\n"
        "s.yaml:11:32: search.metrics[2]: must be "
        f"{joined(m.name for m in FURTHER if m.target_kind == 'numeric')} for target_kind: numeric; "
        "received roc_auc",
    ),
    (
        "unknown loss",
        [("end", "loss: hubert")],
        f"s.yaml:10:1: loss: must be {A_LOSS}; received hubert; did you mean huber?",
    ),
    (
        "unknown loss in a mapping",
        [("end", "loss: {name: hubert}")],
        f"s.yaml:10:8: loss.name: must be {joined(LOSS_NAMES)}; received hubert; did you mean huber?",
    ),
    (
        "loss of no name",
        [("end", "loss: [mse]")],
        f"s.yaml:10:1: loss: must be {A_LOSS}; received [mse]",
    ),
    (
        "loss of another target",
        [("data", "target_kind: class"), ("end", "loss: huber")],
        "s.yaml:11:1: loss: must be auto or cross_entropy for target_kind: class; received huber",
    ),
    (
        "sequences of arrays",
        [
            (
                "replace",
                "many_to_one\ndata:\n  source: csv\n  path: load.csv\n  inputs: [demand]\n"
                "  target: demand\n  window: 96\n",
                "sequence_to_sequence\ndata:\n  source: npz\n  path: load.npz\n",
            ),
        ],
        "s.yaml:1:1: task: must be another task for source: npz: it is for tables and for texts; "
        "received sequence_to_sequence; use source: csv or parquet for forecasts, pairs or table "
        "for texts",
    ),
    (
        "forecasts of no length, of the past, of classes",
        [
            ("replace", "many_to_one", "sequence_to_sequence"),
            ("replace", "  window: 96\n", "  horizon: 0\n  target_kind: class\n"),
        ],
        "s.yaml:2:1: data.output_steps: must be given for sequence_to_sequence, the steps to "
        "forecast: a whole number of at least 1; add output_steps: under data:\n"
        "s.yaml:2:1: data.window: must be given for sequence_to_sequence: a whole number of at "
        "least 1; add window: under data:, or search it in space:\n"
        "s.yaml:7:3: data.horizon: must be at least 1 for sequence_to_sequence: what is forecast "
        "lies ahead; received 0; remove it: the forecast begins with the next row\n"
        "s.yaml:8:3: data.target_kind: must be auto or numeric for sequence_to_sequence: it "
        "predicts a sequence of numbers; received class; remove it",
    ),
    (
        "steps of a task that has none",
        [("data", "output_steps: 4")],
        "s.yaml:8:3: data.output_steps: must not be given for many_to_one: it is for one_to_many "
        "and sequence_to_sequence; received 4; remove it",
    ),
    (
        "setting of another loss",
        [("end", "loss: {name: mse, delta: 2}")],
        "s.yaml:10:19: loss.delta: must not be given for loss mse: it is for huber; received 2.0; "
        "remove it",
    ),
    (
        "setting without a loss",
        [("end", "loss: {class_weights: balanced}")],
        "s.yaml:10:8: loss.class_weights: must not be given for loss auto: it is for "
        "cross_entropy; received balanced; add name: cross_entropy",
    ),
    (
        "delta of nothing",
        [("end", "loss: {name: huber, delta: 0}")],
        "s.yaml:10:21: loss.delta: must be a number above 0; received 0",
    ),
    (
        "quantiles without a median",
        [("end", "loss: {name: quantile, quantiles: [0.1, 0.9]}")],
        "s.yaml:10:24: loss.quantiles: must be increasing numbers between 0 and 1, with 0.5 "
        "between others; received [0.1, 0.9]; such as [0.1, 0.5, 0.9]; metrics of values judge "
        "the median",
    ),
    (
        "quantiles out of order",
        [("end", "loss: {name: quantile, quantiles: [0.9, 0.5, 0.1]}")],
        "s.yaml:10:24: loss.quantiles: must be increasing numbers between 0 and 1, with 0.5 "
        "between others; received [0.9, 0.5, 0.1]; such as [0.1, 0.5, 0.9]; metrics of values "
        "judge the median",
    ),
    (
        "a quantile that is none",
        [("end", "loss: {name: quantile, quantiles: [0.1, 0.5, 90]}")],
        "s.yaml:10:46: loss.quantiles[2]: must be a number above 0 and below 1; received 90",
    ),
    (
        "class weights",
        [("end", "loss: {name: cross_entropy, class_weights: {rain: -1}}")],
        "s.yaml:10:29: loss.class_weights: must be balanced, a mapping of labels to weights above "
        "0, or null; received {rain: -1}",
    ),
    (
        "wrong direction",
        [("end", "search: {objective: val_r2, direction: minimize}")],
        "s.yaml:10:29: search.direction: must be auto or maximize for val_r2; received "
        "minimize; remove it",
    ),
    (
        "not a duration",
        [("end", "search: {timeout: 20 minutes}")],
        "s.yaml:10:10: search.timeout: must be a duration such as 90s, 20m or 1h30m, or a "
        "number of seconds, or null; received 20 minutes",
    ),
    (
        "grid of a range",
        [("space", "learning_rate: {min: 1e-4, max: 1e-2}"), ("end", "search: {sampler: grid}")],
        "s.yaml:11:10: search.sampler: must be another sampler, or every range must have "
        "values that can be listed; received grid; give learning_rate a list or a step",
    ),
    (
        "engine and backend",
        [("end", "run: {engine: fused, backend: torch}")],
        "s.yaml:10:7: run.engine: must be auto or keras on backend: torch; received fused; "
        "set engine: auto, or backend: jax",
    ),
    (
        "lanes of an engine that has one",
        [("end", "run: {engine: keras, lanes: 4}")],
        "s.yaml:10:22: run.lanes: must be auto or 1 for the keras engine, which trains one run "
        "at a time; received 4; remove it, or use run.workers",
    ),
    (
        "an address of what is not used",
        [("end", "run: {address: '10.0.0.1:6379'}")],
        "s.yaml:10:7: run.address: must be null with executor: processes; received "
        "10.0.0.1:6379; set executor: ray, or remove it",
    ),
    (
        "two ways for machines to join",
        [("end", "run: {executor: ray, join: network}")],
        "s.yaml:10:22: run.join: must be machine with executor: ray; received network; machines "
        "join by `ray start`: see docs/scale.md",
    ),
    (
        "a database of another kind",
        [("end", "run: {storage: sqlite:///study.db}")],
        "s.yaml:10:7: run.storage: must be a PostgreSQL address such as "
        "postgresql://user@host/name, or null; received sqlite:///study.db",
    ),
    *(
        (
            "a password that results would show",
            [("end", f"run: {{storage: '{address}'}}")],
            "s.yaml:10:7: run.storage: must have no password: results and reports show it; "
            "received one; put it into ~/.pgpass, or give it by PGPASSWORD",
        )
        for address in ("postgresql://me:secret@host/x", "postgres://h/x?user=me&password=s")
    ),
    (
        "changes of the same row",
        [("data", "horizon: 0", "difference: 1"), ("replace", "[demand]", "[wind]")],
        "s.yaml:8:3: data.horizon: must be at least 1 where difference is given: at 0 the value "
        "before is not known; received 0; remove difference",
    ),
    (
        "a base of the same row",
        [("data", "horizon: 0", "base: last"), ("replace", "[demand]", "[wind]")],
        "s.yaml:8:3: data.horizon: must be at least 1 where base is given: at 0 the value "
        "before is not known; received 0; remove base",
    ),
    (
        "lags of classes",
        [("data", "target_kind: class", "lags: [4, 9]")],
        "s.yaml:9:3: data.lags: must not be given for target_kind: class; received [4, 9]; "
        "remove it",
    ),
    (
        "a lag twice, and the same row",
        [("data", "lags: [4, 9, 4]", "horizon: 0"), ("replace", "[demand]", "[wind]")],
        "s.yaml:8:16: data.lags[2]: must not be listed twice; received 4; remove it\n"
        "s.yaml:9:3: data.horizon: must be at least 1 where lags is given: at 0 the value before "
        "is not known; received 0; remove lags",
    ),
    (
        "a base, twice",
        [("data", "difference: 1", "base: season")],
        "s.yaml:9:3: data.base: must not be given where difference is, the name that it had "
        "before; received season; remove difference",
    ),
    (
        "a base of classes",
        [("data", "target_kind: class", "base: season")],
        "s.yaml:9:3: data.base: must be none or auto for target_kind: class; received season; "
        "remove it",
    ),
    (
        "irregular rows without time",
        [("data", "irregular: error")],
        "s.yaml:8:3: data.irregular: must be rows where time is not given: nothing else tells how "
        "far rows are apart; received error; add time: under data:",
    ),
    (
        "no difference",
        [("data", "difference: seasonal")],
        "s.yaml:8:3: data.difference: must be 1 or season, or null; received seasonal; did you "
        "mean season?",
    ),
    (
        "logarithms and changes of classes",
        [("data", "target_kind: class", "scaling: log", "difference: season")],
        "s.yaml:9:3: data.scaling: must be standard or none for target_kind: class; received log; "
        "remove it\n"
        "s.yaml:10:3: data.difference: must not be given for target_kind: class; received season; "
        "remove it",
    ),
    (
        "the past of blocks",
        [
            ("replace", "many_to_one", "one_to_many"),
            ("data", "known: [holiday]", "difference: 1"),
            ("replace", "window: 96", "output_steps: 4"),
            ("replace", "[demand]", "[day]"),
        ],
        "s.yaml:8:3: data.known: must not be given for one_to_many: nothing of the past is read; "
        "received [holiday]; list them under inputs: all inputs are known there\n"
        "s.yaml:9:3: data.difference: must not be given for one_to_many: nothing of the past is "
        "read; received 1; use base, which is known there, too",
    ),
    (
        "the answer known ahead",
        [
            ("data", "time: t", "known: [demand, t, load, wind, wind]", "horizon: 0"),
            ("replace", "target: demand", "target: load"),
        ],
        "s.yaml:9:11: data.known[0]: must not be in inputs too; received demand; name it once\n"
        "s.yaml:9:19: data.known[1]: must not be in time too; received t; name it once\n"
        "s.yaml:9:22: data.known[2]: must not be in target too; received load; it is not known in "
        "advance\n"
        "s.yaml:9:34: data.known[4]: must not be listed twice; received wind; remove it\n"
        "s.yaml:10:3: data.horizon: must be at least 1 where known is given: at 0 all inputs are "
        "of the target's row; received 0; list the columns under inputs:",
    ),
    (
        "kinds that are not read, or learned as numbers",
        [("data", "time: t", "kinds: [zip, demand]")],
        "s.yaml:9:11: data.kinds[0]: must be one of data.inputs or data.known; received zip; there "
        "are: [demand]\n"
        "s.yaml:9:16: data.kinds[1]: must not be the target; received demand; set "
        "data.target_kind: class, or take it out",
    ),
    (
        "only what is known ahead",
        [("replace", "inputs: [demand]", "calendar: [hour]"), ("data", "time: t", "known: [wind]")],
        "s.yaml:2:1: data.inputs: must name at least one column where known is given; name the column that says where a file's past ends, such as the target",
    ),
    (
        "no trials",
        [("end", "search: {trials: 0}")],
        "s.yaml:10:10: search.trials: must be a whole number of at least 1, or auto; received 0",
    ),
]


@pytest.mark.parametrize(
    ("edits", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_message(
    edits: list[tuple[str, ...]],
    expected: str,
    messages: Callable[[list[tuple[str, ...]]], str],
) -> None:
    assert messages(edits) == expected
