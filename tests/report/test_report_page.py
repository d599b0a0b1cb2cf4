"""The report as a page: every section of every kind of study, parsed; nothing from outside."""

import itertools
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import optuna
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.diagnosis import LayerDiagnosis, Verdict
from rnnsearch.models import Architecture
from rnnsearch.outcomes import BaselineRecord, Confirmed, Delivery, Summary, TrialRecord
from rnnsearch.records import diagnosis_frame, leaderboard, reach_frame
from rnnsearch.report.page import (
    AtWork,
    Study,
    Written,
    build_page,
    document,
    svg,
    to_html,
    to_markdown,
)
from rnnsearch.report.page.choices import expected_best
from rnnsearch.report.page.svg import Scale
from rnnsearch.report.verdict import standing
from rnnsearch.tasks import Head

CELLS = ("GRU", "LSTM", "SimpleRNN")
BASELINES = [
    BaselineRecord("mean", 9.0, {"val_rmse": 9.0, "val_loss": 1.0}, test={"test_rmse": 9.5}),
    BaselineRecord("linear", 4.0, {"val_rmse": 4.0, "val_loss": 0.3}, test={"test_rmse": 4.5}),
]
VERDICTS = {
    0: Verdict("healthy", "validation loss 0.1"),
    1: Verdict("exploding", "gradients grew <b>30</b>-fold", "a tighter clip_norm"),
    2: Verdict("still improving", "5 % off", "more epochs"),
}


def trial(number, **changes):
    params = {
        "cell": CELLS[number % 3],
        "units": 8 * (1 + number % 2),
        "learning_rate": 10.0 ** -(1 + number % 4),
    }
    layers = (LayerDiagnosis("recurrent_1", (0, 1, 2), (1.0, 0.1, 0.01), 0.2, 3.0, 5.0),)
    known = {
        "number": number,
        "state": "COMPLETE",
        "score": 2.0 + number,
        "metrics": {"val_rmse": 2.0 + number, "val_loss": 0.1 + number},
        "epochs": 4,
        "seconds": 1.0,
        "parameters": 99,
        "params": params,
        "runs": 2,
        "spread": 0.1,
        "layers": layers,
    }
    return TrialRecord(**(known | changes))


def curves(trials):
    rows = [
        (t.number, run, epoch, 1 / epoch, 2 / epoch, t.number + 2 / epoch, 3.0, 9.0)
        for t in trials
        for run in range(2)
        for epoch in range(1, 5)
    ]
    names = ["trial", "run", "epoch", "loss", "val_loss", "val_rmse"]
    return pd.DataFrame(rows, columns=[*names, "gradient_norm", "gradient_norm_max"])


def optuna_study(trials):
    study = optuna.create_study()
    ranges = {
        "learning_rate": optuna.distributions.FloatDistribution(1e-5, 1, log=True),
        "units": optuna.distributions.IntDistribution(1, 64),
        "cell": optuna.distributions.CategoricalDistribution(CELLS),
    }
    for one in trials:
        if one.state == "COMPLETE":
            study.add_trial(
                optuna.trial.create_trial(
                    params=dict(one.params), distributions=ranges, value=one.score
                )
            )
    return study


NUMBERS = AtWork(
    "test",
    ("load",),
    truth=np.arange(30.0)[:, None],
    predicted=np.arange(30.0)[:, None] + 0.5,
    naive={"last_value": np.arange(30.0)[:, None] - 1},
)
SEQUENCES = AtWork(
    "validation",
    ("load",),
    truth=np.arange(60.0).reshape(5, 12, 1),
    predicted=np.arange(60.0).reshape(5, 12, 1) + np.arange(5.0)[:, None, None],
    weight=np.ones((5, 12)),
)
QUANTILES = replace(NUMBERS, low=NUMBERS.truth - 2, high=NUMBERS.truth + 2, levels=(0.1, 0.9))


def classes(count, steps=()):
    rng = np.random.default_rng(0)
    chances = rng.dirichlet(np.ones(count), (40, *steps))
    names = tuple(f"class {i}" for i in range(count))
    truth = rng.integers(0, count, (40, *steps))
    return AtWork("test", ("kind",), names, truth, chances)


TEXTS = replace(classes(30, (6,)), texts=[Written("<script>alert(1)</script>", "hola", "hole")])
STREAM = AtWork("test", texts=[Written("In the beginning", " God created", " the Lord")])

AT_WORK = {
    "many_to_one": NUMBERS,
    "quantiles": QUANTILES,
    "sequence_to_sequence": SEQUENCES,
    "three classes": classes(3),
    "two classes": classes(2),
    "a class at every step": classes(3, (6,)),
    "texts": TEXTS,
    "a stream": STREAM,
    "nothing": None,
}
EXPECTED = {
    "many_to_one": {"forecast_0", "residuals_0"},
    "quantiles": {"forecast_0", "residuals_0"},
    "sequence_to_sequence": {"forecast_0", "residuals_0"},
    "three classes": {"confusion", "calibration"},
    "two classes": {"confusion", "calibration", "roc"},
    "a class at every step": {"confusion", "calibration"},
    "texts": {"calibration"},
    "a stream": set(),
    "nothing": set(),
}


def study_of(trials, *, winner=True, work=NUMBERS, confirmed=True, **changes):
    again = [
        Confirmed(t.number, t.score, t.score - 1, t.score + 1, t.metrics, 3, 99, tied=t.number < 2)
        for t in trials[: 2 * winner]
    ]
    bag = Delivery("bag", 1.9, 1.5, 2.2, {}, {"0": 1.0}, 6, test={"test_rmse": 2.1}, delivered=True)
    summary = Summary(
        name="my study",
        task="many_to_one",
        objective="val_rmse",
        direction="minimize",
        device="cpu (2 cores)",
        engine="fused",
        backend="jax",
        states=Counter(one.state for one in trials),
        seconds=61.0,
        winner=trials[0] if winner else None,
        test={"test_rmse": 2.1} if winner else {},
        baselines=BASELINES,
        confirmed=again if confirmed and winner else (),
        deliveries=[replace(bag, milliseconds=1.2)] if confirmed and winner else (),
    ).to_json()
    verdicts = {n: v for n, v in VERDICTS.items() if n < len(trials)}
    board = leaderboard(
        trials, BASELINES, "minimize", again if confirmed and winner else (), (), verdicts
    )
    every = curves(trials)
    head = Head(12, 1, None, False, 1, "linear", False)
    values = {
        "name": "results/my study",
        "summary": summary,
        "board": board,
        "curves": every,
        "trials": trials,
        "diagnosis": diagnosis_frame(board, every, trials),
        "reach": reach_frame(trials),
        "optuna": optuna_study(trials),
        "network": Architecture("GRU", (8, 8), True, False, head) if winner else None,
        "environment": {"seed": 3, "packages": {"keras": "3.15.1", "torch": None}},
        "spec": "task: many_to_one\n",
        "fingerprint": "abc",
        "at_work": work,
        "use": ("predict", "results/my study", "new.csv") if winner else (),
    }
    return Study(**(values | changes))


class Parsed(HTMLParser):
    """Every tag with its attributes, what is open at the end, and the text."""

    VOID = frozenset({"meta", "br", "link", "img", "hr", "input"})

    def __init__(self, content):
        super().__init__()
        self.tags, self.open, self.text = [], [], []
        self.feed(content)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def ids(self):
        return {attributes["id"] for _, attributes in self.tags if "id" in attributes}


def checked(page):
    """The page as parsed HTML, after what holds of every page."""
    content = to_html(page)
    assert len(content) < 5e6
    assert not re.search(r"https?://|//cdn|@import|url\(\s*['\"]?http|<script|<link", content)
    parsed = Parsed(content)
    assert parsed.open == []
    for tag, attributes in parsed.tags:
        if tag == "svg":
            assert attributes["role"] == "img" and len(attributes["aria-label"]) > 10
        if tag == "th":
            assert attributes["scope"] == "col"
        assert "nan" not in str(attributes.get("points", "")).lower()
        assert "inf" not in str(attributes.get("points", "")).lower()
    targets = {a["href"][1:] for tag, a in parsed.tags if tag == "a"}
    assert targets <= parsed.ids()
    headings = [tag for tag, _ in parsed.tags if tag in ("h1", "h2", "h3")]
    assert headings[0] == "h1" and headings.count("h1") == 1
    assert ("meta", {"charset": "utf-8"}) in parsed.tags
    return parsed


TRIALS = [trial(n) for n in range(9)] + [
    trial(9, state="PRUNED", message="pruned at epoch 2"),
    trial(10, state="FAIL", score=None, metrics={}, message="diverged", layers=()),
]
ALWAYS = {"answer", "leaderboard", "predictions", "cost", "reproduce"}


@pytest.mark.parametrize(
    ("bidirectional", "words"), [(True, "A bidirectional GRU"), (False, "A GRU")]
)
def test_the_network_is_said_in_words(bidirectional, words):
    study = study_of(TRIALS, optuna=None)
    network = replace(study.network, bidirectional=bidirectional)
    figures = {figure.key: figure for figure in build_page(replace(study, network=network)).figures}
    said = f"{words} of 8 and 8 units over 12 steps, one output after the last."
    assert figures["network"].alt == said
    drawn = figures["network"].svg
    assert all(word in drawn for word in ("x₁", "x₂", "dense 1"))
    assert "stroke-dasharray" not in svg.line([(0, 0), (1, 1)], "g")


def test_what_stands_above_the_recurrent_layers_is_drawn():
    study = study_of(TRIALS, optuna=None)
    network = replace(study.network, attention="luong", pooling="mean")
    figures = {figure.key: figure for figure in build_page(replace(study, network=network)).figures}
    drawn = figures["network"].svg
    assert "luong attention" in drawn and "mean over steps" in drawn
    plain = {figure.key: figure for figure in build_page(study).figures}["network"].svg
    assert "attention" not in plain and "over steps" not in plain


@pytest.mark.parametrize("kind", AT_WORK)
def test_each_kind_of_target_has_its_figures(kind):
    page = build_page(study_of(TRIALS, work=AT_WORK[kind], optuna=None))
    parsed = checked(page)
    assert parsed.ids() >= ALWAYS | {"verdicts", "curves", "importance", "cells", "reach"}
    assert parsed.ids() >= {"network", *(f"f-{name}" for name in EXPECTED[kind])}
    assert parsed.ids().isdisjoint(
        {f"f-{name}" for names in EXPECTED.values() for name in names - EXPECTED[kind]}
    )


def test_parameters_together_rungs_and_what_predictions_rest_on():
    raced = optuna_study(TRIALS)
    for number, rung in ((0, 1), (0, 3), (9, 1)):
        one = optuna.trial.create_trial(value=1.0, intermediate_values={rung: 2.0})
        while len(raced.trials) <= number:
            raced.add_trial(optuna.trial.create_trial(value=1.0, intermediate_values={1: 3.0}))
        raced.trials[number].intermediate_values.update(one.intermediate_values)
    work = replace(
        NUMBERS, inputs=[("load", 0.8), ("hour", -0.01)], steps=[(1, 4, 0.9), (5, 8, 0.1)]
    )
    study = study_of(TRIALS, work=work, optuna=raced)
    page = build_page(study)
    parsed = checked(page)
    assert parsed.ids() >= {"f-parallel", "f-slices", "reasons", "f-inputs", "f-steps", "f-rungs"}
    figures = {figure.key: figure for figure in page.figures}
    assert figures["parallel"].svg.count('class="l s') == 9  # of the COMPLETE trials
    assert figures["parallel"].svg.count("l s2") == 2  # a quarter of them
    assert "most without those 1 to 4" in figures["steps"].alt
    across = re.search('points="([^"]*)"', figures["steps"].svg.split('class="l s5"')[1])[1]
    places = [float(point.split(",")[0]) for point in across.split()]
    assert places == sorted(places) and len(places) == 4
    assert list(figures["rungs"].data["stopped"]).count(True) == 1


def test_what_a_network_writes_is_text_and_no_markup():
    assert "<script>alert(1)</script>" in "".join(
        checked(build_page(study_of(TRIALS, work=TEXTS, optuna=None))).text
    )


def test_the_answer_says_what_to_use_how_sure_and_what_it_costs():
    page = build_page(study_of(TRIALS, optuna=None))
    use, sure, costs = page.answer
    assert use.startswith("Use the bag of 6 networks") and "beats every simple method" in use
    assert "GRU" in use and "8 units" in use
    assert "95 % interval 1.5 to 2.2" in sure and "trials 0 and 1 tie" in sure
    assert "test part, used once, 2.1 beside 4.5 of linear" in sure
    assert "Within the interval" not in sure
    assert "1.2 ms a sequence" in costs and "1m 01s" in costs
    assert page.subtitle.endswith("over all outputs); smaller is better")
    assert ("exploding", 1, "gradients exploded") in page.losers


def test_a_lead_that_the_interval_does_not_bear_out_is_said():
    study = study_of(TRIALS, optuna=None)
    near = [{"name": name, "score": score} for name, score in (("linear", 2.1), ("mean", 5.0))]
    page = build_page(replace(study, summary={**study.summary, "baselines": near}))
    assert page.answer[1].endswith(
        "Within the interval lies linear: on other data it may be as good."
    )
    near[1]["score"] = 2.0
    page = build_page(replace(study, summary={**study.summary, "baselines": near}))
    assert "Within the interval lie linear and mean: on other data they may" in page.answer[1]


def test_the_first_screen_has_the_command_that_predicts():
    study = replace(study_of(TRIALS, optuna=None), use=["predict", "results/a b", "new.csv"])
    page = build_page(study)
    command = "python main.py predict 'results/a b' new.csv"
    assert command in "".join(checked(page).text)
    assert f"```\n{command}\n```" in to_markdown(page, figures="report")
    assert "To use it" not in to_markdown(build_page(replace(study, use=())), figures="report")


def test_a_winner_that_a_simple_method_beats_is_not_praised():
    lost = [BaselineRecord("linear", 1.0, {"val_rmse": 1.0}, test={"test_rmse": 1.0})]
    study = study_of(TRIALS, optuna=None)
    values = [{"name": b.name, "score": b.score, "test": b.test} for b in lost]
    page = build_page(replace(study, summary={**study.summary, "baselines": values}))
    assert page.answer[0].startswith("Think of linear first")


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ({"linear": 1.0}, "linear is better."),
        ({"linear": 1.0, "mean": 1.2}, "linear and mean are better."),
        ({"linear": 1.0, "mean": None}, "linear and mean are as good or better."),
    ],
)
def test_what_a_winner_does_not_beat_on_one_part_is_better_or_as_good(scores, said):
    study = study_of(TRIALS, optuna=None)
    summary = {**study.summary, "confirmed": [{**study.summary["confirmed"][0], "runs": 1}]}
    own = standing(summary, "validation").winner
    summary["baselines"] = [{"name": n, "score": score or own} for n, score in scores.items()]
    page = build_page(replace(study, summary=summary))
    assert page.answer[0].endswith(f"but on the validation part {said}")
    assert "confirmed in 1 new run;" in page.answer[1]


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("winner", [True, False])
def test_studies_that_are_hardly_begun(count, winner):
    if winner and not count:
        pytest.skip("a winner is a trial")
    some = [
        trial(n) if winner else trial(n, state="FAIL", score=None, metrics={}) for n in range(count)
    ]
    study = study_of(some, winner=winner, work=None, confirmed=False)
    page = build_page(study)
    assert checked(page).ids() >= ALWAYS
    assert len(page.answer) == 3
    if not winner:
        assert "nothing to use" in page.answer[0] or page.answer[0].startswith("Use linear")
    if count == 1:
        assert "One trial is no search" in page.warning
    if winner:
        assert ("best of several" in page.answer[1]) == (count > 1)
    said = {"FAIL": f", {count} failed"}.get(some[0].state, "") if some else ""
    assert (page.chips[-1].label, page.chips[-1].value) == (
        f"trial{'s' * (count != 1)}{said}",
        f"{count}",
    )


def test_an_interrupted_search_says_so():
    study = study_of(TRIALS, confirmed=False, optuna=None)
    page = build_page(replace(study, summary={**study.summary, "interrupted": True}))
    assert "interrupted" in page.warning
    assert "not confirmed" in page.answer[1]
    assert checked(page).ids() >= ALWAYS


def test_markdown_has_the_same_sections_and_links_each_figure():
    page = build_page(study_of(TRIALS, optuna=None))
    content = to_markdown(page, figures="report")
    for section in page.sections:
        assert f"## {section.title}" in content
    for figure in page.figures:
        assert f"](report/{figure.key}.svg)" in content
    assert all(sentence in content for sentence in page.answer)
    marks = content[content.index("| rank | what |") :].splitlines()[1]
    assert marks.startswith("| ---: | --- | --- | ---: |"), "numbers stand to the right"


@pytest.mark.parametrize("apart", [1.0, 100.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_scores_far_apart_and_above_zero_are_drawn_by_their_logarithms(monkeypatch, apart, sign):
    """Those of one sign only: a logarithm of the others there is none."""
    trials = [trial(n, score=sign * (2.0 + n) * apart**n) for n in range(6)]
    axes, chart = [], svg.chart

    def watched(*arguments, **named):
        y = named["y"]
        if isinstance(y, svg.Axis) and y.title == "val_rmse" and named["x"] != "epoch":
            axes.append(y.log)  # curves fall by themselves
        return chart(*arguments, **named)

    monkeypatch.setattr(svg, "chart", watched)
    build_page(study_of(trials, optuna=None))
    assert axes and set(axes) == {apart > 1 and sign > 0}


def test_each_figure_is_a_file_of_its_own_with_its_data():
    page = build_page(study_of(TRIALS))
    keys = [figure.key for figure in page.figures]
    effects = {"effect_cell", "effect_learning_rate", "effect_units"}  # units: of two values
    assert {"best_so_far", "ped_anova", "fanova", *effects} <= set(keys)
    assert len(keys) == len(set(keys))
    for figure in page.figures:
        alone = document(figure.svg)
        assert alone.startswith("<svg xmlns=") and "<style>" in alone
        assert len(figure.data) and len(figure.alt) > 10


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=7), st.data())
def test_the_best_of_equally_many_is_that_of_all_ways_to_pick_them(values, data):
    count = data.draw(st.integers(1, len(values)))
    picks = [min(some) for some in itertools.combinations(values, count)]
    mean, spread = expected_best(values, count)
    assert mean == pytest.approx(np.mean(picks), abs=1e-6)
    assert spread == pytest.approx(np.std(picks), abs=1e-4)


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=9), st.booleans())
def test_a_scale_holds_its_values_and_its_ticks(values, log):
    scale = Scale.over(values, 0.0, 100.0, log=log)
    for value in values:
        assert -1e-6 <= scale(value) <= 100 + 1e-6
    if log:
        assert scale(0.0) == scale(-1.0) == 0.0
    ticks = scale.ticks
    assert 1 <= len(ticks) <= 12
    assert ticks == sorted(ticks)


@pytest.mark.parametrize(
    ("count", "caption"), [(3, "As in leaderboard.csv."), (40, "first 25 of ")]
)
def test_how_much_of_the_leaderboard_is_shown(count, caption):
    study = study_of([trial(n) for n in range(count)], work=None, optuna=None)
    tables = {table.key: table for table in build_page(study).tables}
    assert caption in tables["leaderboard"].caption


@pytest.mark.parametrize(("far", "said"), [(1.0, False), (100.0, True)])
def test_a_simple_method_far_off_does_not_hide_the_intervals(far, said):
    trials = [trial(n, score=5.0 + 0.1 * n) for n in range(4)]
    study = study_of(trials, work=None, optuna=None)
    board = study.board
    board.loc[board["trial"] == "baseline:mean", "score"] = 3.0 * far
    figures = {figure.key: figure for figure in build_page(replace(study, board=board)).figures}
    assert ("mean (300)" in figures["scores"].note) is said
    assert (">mean<" in figures["scores"].svg) is not said
    assert "baseline:mean" in set(figures["scores"].data["trial"]), "its data has it"
