"""Writes the YAML reference: ``python -m rnnsearch.spec.reference > docs/spec.md``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic_core import PydanticUndefined

from rnnsearch.spec.fields import Frozen
from rnnsearch.spec.parameter import Parameter
from rnnsearch.spec.parameters import MODEL, PARAMETERS
from rnnsearch.spec.schema import LossSpec, RunSpec, SearchSpec, Spec
from rnnsearch.spec.sources import SOURCES, BacktestSpec, FoldsSpec, SplitSpec, TokensSplitSpec
from rnnsearch.spec.wording import expected, expected_value, keys_of, show
from rnnsearch.vocabulary import LOSSES, MAPPINGS, METRICS

__all__ = ["reference"]

_INTRODUCTION = """\
# The spec

<!-- Written by: python -m rnnsearch.spec.reference > docs/spec.md -->

A spec is one YAML file with six sections: what mapping is learned (`task`), from what (`data`),
what is searched (`space`), what is trained on (`loss`), how and for how long (`search`), and where
it runs (`run`). Only the first three are needed.

```yaml
task: many_to_one
data:
  source: csv
  path: data/electricity.csv
  time: timestamp
  inputs: [demand]
  target: demand
  window: 96
space:
  cell: [SimpleRNN, LSTM, GRU]
  units: [16, 32, 64]
  learning_rate: {min: 1e-4, max: 3e-2, log: true}
search: {objective: val_rmse, trials: 60, timeout: 20m}
run: {engine: auto}
```

The file is read strictly, as YAML 1.2 reads words: `1e-4` is a number, only `true` and `false` are
booleans (`no` and `on` are texts), and `012` is refused, because readers disagree about it. A key
written twice, an unknown key, tags (`!name`) and merged mappings (`<<`) are errors. Anchors and
aliases work. Every problem is reported at once, with its line and column.
"""

_NOTES = {
    "npz": """\
The file holds `x` and `y`, or `x_train` and `y_train`; parts of its own named `x_validation`,
`y_validation`, `x_test`, `y_test` are used where they are, else they are taken out of the rest.
Padded sequences have their lengths in `lengths`, `lengths_train`, …, or NaN after their end. For
`one_to_many` these are lengths of `y`, and `x` may name classes, each of which becomes a feature of
0 or 1: whole numbers or texts (N,), or several texts (N, C).
""",
    "npy": """\
The folder holds `x.npy` and `y.npy`: the same names as in an .npz, each array in a file of its own.
They are memory-mapped.
""",
    "python": """\
The function returns `(x, y)`, `(x, y, lengths)`, a dict of arrays under the names that an .npz has,
or a `rnnsearch.Arrays`. It is called once for each `check` and `search`, and a study knows its data
by what is returned: the same arguments must give the same arrays. `predict` and `evaluate` are
given an .npz of new sequences.
""",
    "ts": """\
The format of the UCR and UEA archives: `@classLabel` or `@targetLabel`, several dimensions, unequal
lengths, `?` for a missing value (see `data.missing`). Of a folder, `…_TEST.ts` is the test part.
""",
    "wide": """\
A row is a sequence, as the UCR archive's .tsv files, recorded heartbeats and spectra have it. Empty
cells at its end shorten it; others are missing values (see `data.missing`). `split.group` and
`split.column` name columns. Without a header line columns are called `column_1`, `column_2`, …
""",
    "audio": """\
Needs `pip install 'rnnsearch[audio]'`. A folder of .wav, .flac, .ogg, .mp3, … files for each class,
whose name is the label; or folders `train`, `validation` and `test` of such folders, of which only
the first is needed. Channels are averaged. What was computed of the files is kept in the user's
cache.
""",
    "images": """\
Needs `pip install 'rnnsearch[images]'`. A folder of .png, .jpg, .webp, … files for each class,
whose name is the label; for `steps: frames` a folder of folders. Or folders `train`, `validation`
and `test` of such folders, of which only the first is needed. Pictures that were read are
kept in the user's cache.
""",
    "table": """\
A row is a sequence. `sequence` names the text that is read and `target` a class or a number
(`many_to_one`), a text of as many tokens (`many_to_many`) or another text (`sequence_to_sequence`);
for `one_to_many`, `inputs` are numbers or categories and `target` the text that is written. The
tokens that a network knows are those of the training part; every other one is `<unk>`.
""",
    "text": """\
The text is cut into a training, a validation and a test part, one after the other. The network
reads each as a few long rows, window after window, and its state flows on from one to the next.
A folder's files are read in the order of their names, with a line end between them.
""",
}
"""What to say of a source beside its keys."""

_OF = {"numeric": "numbers", "class": "classes"}

_SPACE = """\
## space

Each key is a search parameter; those that are not named keep their default. A value takes one of
these forms:

| form | meaning | example |
|---|---|---|
| a scalar | fixed | `optimizer: adam` |
| a list | one of these | `cell: [LSTM, GRU]`, `unroll_length: [12, 48, full]` |
| `min`, `max` | a range, both ends included | `depth: {min: 1, max: 3}` |
| … with `log: true` | searched on a logarithmic scale | \
`learning_rate: {min: 1e-4, max: 3e-2, log: true}` |
| … with `step` | only every so-many-th value | `dropout: {min: 0, max: 0.5, step: 0.1}` |
| `values` | a list that has room for the keys below | \
`units: {values: [16, 32], per_layer: true}` |
| `value` | a fixed value that has room for `when` | \
`dropout: {value: 0.2, when: {depth: [2, 3]}}` |

The text `full` (unroll_length) stands for no cut, `none` (clip_norm; also `null` and `off`) for no
clipping. A list of one is that one, fixed.

Two keys can stand beside these:

- `when: {parent: [values]}`: the parameter is in use only where each parent has one of these
  values; elsewhere it has its default. A parent that is itself not in use counts with its
  default. Structural parameters can't depend on numeric ones.
- `per_layer: true` (units only): each layer has its own value, searched as `units_1`, `units_2`, …

What could have no effect is an error, so that nothing is accepted and silently ignored: a range
of one value, an `unroll_length` that is not below the longest sequence, a `forget_bias` where the
cell is not an LSTM, a `momentum` where the optimizer has none, a `clip_mode` without `clip_norm`,
a condition that holds always or never.

A **structural** parameter changes the compiled program. A **numeric** one is an input of the
program, so trials that differ in numeric parameters only are trained together.
"""

_TASKS = """\
{tasks}

Text, DNA and other tokens are read by `source: table`, `fasta`, `pairs` and `text`. A `one_to_many`
of a `table` writes text: the letter before is read at each step. `source: text` is one long text,
of which each next token is predicted (`many_to_many`): the hidden state flows on from window to
window, and the gradient is cut there.

A forecast of several steps is a `sequence_to_sequence` of a table: the encoder reads `window` rows,
and the decoder puts out `output_steps` numbers from `horizon` rows after them on, each from what is
known in advance of its row: the columns under `known`, the `calendar`, and its place in the
forecast. Validation and test part are judged on a forecast from each of their rows that the longest
window can end with. `predict` gives the forecast of the rows after the file's end, and before it
those of its own rows, end to end. (A text is translated with `source: pairs` or `table`.)
"""


_LOSS = """\
## loss

A name, such as `loss: huber`, or a mapping where the loss has settings, such as
`loss: {name: quantile, quantiles: [0.05, 0.5, 0.95]}`.

{losses}

It is in scaled units, and the loss of validation and test part is the same, class weights
included. (`label_smoothing` is a search parameter and for training only.)

Quantiles: metrics of values, such as `val_rmse`, judge the median; `val_pinball` is the mean
pinball loss in the target's own units, `val_coverage` the share of true values from the lowest to
the highest quantile. `predict` has a column for each, such as `predicted_demand_q10`. Quantiles
that the network lets cross are sorted there and in every metric but the loss. The saved model's
outputs are scaled and unsorted, from the lowest quantile of all targets to the highest.

Two classes are predicted by two probabilities like any other number of classes: a sigmoid of one
output would be the same function with fewer weights. Several classes at once (a 0 or 1 in each of
several columns) can't be predicted.
"""

_METRICS = """\
A metric is reported with the prefix `val_` or `test_`, in the target's own units. The usual ones
need not be asked for under `search.metrics`; those with neither direction rank no trials.
"""


def reference() -> str:
    """The whole reference, as Markdown."""
    parts = [
        _INTRODUCTION,
        "## name, task\n",
        _keys(Spec, "", ("name", "task")),
        _TASKS.replace("{tasks}", _tasks()),
        *_sources(),
        "## data.split\n",
        _keys(SplitSpec, "data.split", SplitSpec.model_fields),
        "## data.split.backtest\n",
        _keys(BacktestSpec, "data.split.backtest", BacktestSpec.model_fields),
        "## data.split.folds\n",
        _keys(FoldsSpec, "data.split.folds", FoldsSpec.model_fields),
        "## data.split, with source: table, fasta or pairs\n",
        _keys(TokensSplitSpec, "data.split", TokensSplitSpec.model_fields),
        _SPACE,
        _parameters(),
        _LOSS.replace("{losses}", _losses()),
        _keys(LossSpec, "loss", LossSpec.model_fields),
        "## search\n",
        _keys(SearchSpec, "search", SearchSpec.model_fields),
        _METRICS,
        _metrics(),
        "## run\n",
        _keys(RunSpec, "run", RunSpec.model_fields),
    ]
    return "\n".join(parts)


def _sources() -> list[str]:
    """A section a source, with the keys of each."""
    parts = []
    for name, model in SOURCES.items():
        if name != "arrays":
            parts += [f"## data, with source: {name}\n", *filter(None, [_NOTES.get(name)])]
            parts.append(_keys(model, "data", keys_of(model)))
    return parts


def _keys(model: type[Frozen], section: str, names: Iterable[str]) -> str:
    rows = ["| key | type | default | meaning |", "|---|---|---|---|"]
    for name in names:
        field = model.model_fields[name]
        default = field.default
        if default is PydanticUndefined:
            text = "the file's name" if name == "name" else "required"
        else:
            text = "as below" if isinstance(default, Frozen) else f"`{show(default)}`"
        key = f"{section}.{name}" if section else name
        kind = "a mapping" if isinstance(default, Frozen) else expected(field)
        rows.append(f"| `{key}` | {kind} | {text} | {field.description} |")
    return "\n".join(rows) + "\n"


def _parameters() -> str:
    rows = ["| parameter | kind | values | default | meaning |", "|---|---|---|---|---|"]
    for parameter in (*PARAMETERS.values(), MODEL):
        kind = "structural" if parameter.structural else "numeric"
        default = "–" if parameter is MODEL else _default(parameter)
        rows.append(
            f"| `{parameter.name}` | {kind} | {expected_value(parameter)} | {default} | "
            f"{parameter.description} |"
        )
    return "\n".join(rows) + "\n"


def _tasks() -> str:
    rows = [["task", "input → output", "a CSV needs"]]
    for fact in MAPPINGS.values():
        needs = ", ".join(f"`{key}`" for key in fact.needs)
        rows.append([f"`{fact.name}`", fact.title, needs or "–"])
    return _table(rows)


def _losses() -> str:
    rows = [["loss", "of", "is"]]
    rows += [[f"`{fact.name}`", _OF[fact.target_kind], fact.title] for fact in LOSSES.values()]
    return _table(rows)


def _metrics() -> str:
    rows = [["metric", "of", "better", "usual", "is"]]
    for fact in METRICS.values():
        of = "quantiles" if fact.kind == "quantile" else _OF[fact.kind]
        better = {"minimize": "less", "maximize": "more"}.get(fact.direction or "", "–")
        rows.append([f"`{fact.name}`", of, better, "yes" if fact.usual else "", fact.title])
    return _table(rows) + "\n"


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Markdown; the first row names the columns."""
    head, *others = ("| " + " | ".join(cells) + " |" for cells in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *others])


def _default(parameter: Parameter) -> str:
    if parameter.default is None:
        return "`data.window`" if parameter.name == "window" else "by the data"
    return f"`{show(parameter.default)}`"


if __name__ == "__main__":
    print(reference(), end="")
