"""Baselines of tokens: n-grams against the formula, and each against what is planted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.baselines import _tokens, fit_baselines, suitable, token_linear
from rnnsearch.baselines._tokens import Counts, Places
from rnnsearch.baselines.witten_bell import WittenBell, contexts
from rnnsearch.data import Dataset, Part, Target, read
from rnnsearch.data.scaling import identity
from rnnsearch.spec.sources import PairsSource, SplitSpec, TableSource, TextSource, TokensSplitSpec
from rnnsearch.tasks import TASKS, Task
from rnnsearch.tasks.text_metrics import chrf

RNG = np.random.default_rng(0)
WORDS = [
    "the",
    "cat",
    "sat",
    "on",
    "a",
    "mat",
    "and",
    "a",
    "dog",
    "sat",
    "on",
    "the",
    "cat",
    "so",
    "the",
    "mat",
    "was",
    "wet",
]


def expected(ids: list[int], before: tuple[int, ...], y: int, classes: int) -> float:
    """The formula, term by term. `before` is the context, nearest token first."""
    followers: Counter[int] = Counter()
    for place in range(len(ids)):
        past = tuple(ids[place - 1 - back] if back < place else 0 for back in range(len(before)))
        if past == before:
            followers[ids[place] - 1] += 1
    below = expected(ids, before[:-1], y, classes) if before else 1 / classes
    if not followers:
        return below
    return (followers[y] + len(followers) * below) / (followers.total() + len(followers))


def test_n_grams_are_those_of_the_formula() -> None:
    ids = RNG.integers(1, 5, 60).tolist()
    shifted = np.array([0, *ids[:-1]])
    model = WittenBell(contexts(shifted[None], 3)[0], np.array(ids) - 1, 5)
    new = RNG.integers(1, 6, 25)  # one token more than training has
    before = contexts(np.array([0, *new[:-1]])[None], 3)[0]
    chances = model.chances(before, new - 1)
    for length in range(4):
        wanted = [
            expected(ids, tuple(row[:length].tolist()), token - 1, 5)
            for row, token in zip(before, new.tolist(), strict=True)
        ]
        np.testing.assert_allclose(chances[length], wanted)
        every = model.probabilities(before, length)
        np.testing.assert_allclose(every.sum(axis=1), 1, rtol=1e-6)
        np.testing.assert_allclose(every[np.arange(25), new - 1], wanted, rtol=1e-6)


def test_contexts_reach_back_to_the_beginning() -> None:
    found = contexts(np.array([[1, 2, 3]]), 2)
    np.testing.assert_array_equal(found[0], [[1, 0], [2, 1], [3, 2]])


def predictions(task: Task, dataset: Dataset) -> dict[str, np.ndarray]:
    return {n: fit.predict(dataset.test) for n, fit in fit_baselines(task, dataset).items()}


def text_data(folder: Path, window: int) -> Any:
    path = folder / "a.txt"
    words = [WORDS[n] for n in np.random.default_rng(1).integers(0, len(WORDS), 400)]
    path.write_text(" ".join(words))
    source = TextSource(source="text", path=path, window=window, split=SplitSpec())
    return read(source, "many_to_many")


def test_n_grams_of_a_text_do_not_depend_on_how_it_is_cut(tmp_path: Path) -> None:
    data = text_data(tmp_path, 5)
    found = []
    for window, rows in ((5, 4), (11, 3)):
        dataset = data.dataset(window, rows=rows)
        part = dataset.test
        chances = fit_baselines(TASKS["many_to_many"], dataset)["n_gram"].predict(part)
        assert chances.shape == (*part.y.shape, dataset.target.width)
        right = np.take_along_axis(chances, part.y[..., None], -1)[..., 0][part.weights > 0]
        found.append(np.log2(right).sum())
        majority = np.bincount(dataset.train.y[dataset.train.weights > 0]).max()
        assert -np.log2(right).mean() < 0.8 * np.log2(dataset.target.width) and majority
    assert found[0] == pytest.approx(found[1], rel=1e-6)


def test_check_names_what_is_fitted(tmp_path: Path) -> None:
    dataset = text_data(tmp_path, 5).dataset()
    task = TASKS["many_to_many"]
    assert list(fit_baselines(task, dataset)) == [each.name for each in suitable(task, dataset)]


def table(folder: Path, columns: dict[str, list[str]], **changes: Any) -> TableSource:
    path = folder / "a.csv"
    rows = zip(*columns.values(), strict=True)
    path.write_text("\n".join([",".join(columns), *(",".join(row) for row in rows)]))
    split = TokensSplitSpec(by="random")
    values: dict[str, Any] = {"sequence": "text", "target": "label", "split": split} | changes
    return TableSource(source="table", path=path, **values)


def letters(count: int, length: int = 6) -> list[str]:
    return ["".join(row) for row in RNG.choice(list("acgt"), (count, length))]


@pytest.mark.parametrize("ragged", [False, True])
def test_linear_finds_a_letter_at_a_place_or_a_run_of_letters(ragged: bool, tmp_path: Path) -> None:
    texts = letters(600)
    if ragged:
        texts = [text[: 3 + n % 4] for n, text in enumerate(texts)]
    label = (lambda t: "no" if "ca" in t else "yes") if ragged else (lambda t: t[2])
    source = table(tmp_path, {"text": texts, "label": [label(text) for text in texts]})
    dataset = read(source, "many_to_one").dataset()
    found = predictions(TASKS["many_to_one"], dataset)
    right = (found["linear"].argmax(-1) == dataset.test.y).mean()
    assert right > 0.95 > (found["majority"].argmax(-1) == dataset.test.y).mean()


def test_linear_predicts_numbers(tmp_path: Path) -> None:
    texts = letters(400)
    values = [str(10 + 3 * text.count("a")) for text in texts]
    dataset = read(table(tmp_path, {"text": texts, "label": values}), "many_to_one").dataset()
    found = predictions(TASKS["many_to_one"], dataset)
    truth = dataset.target.scaling.invert(dataset.test.y)
    assert np.abs(found["linear"] - truth).mean() < 0.1 < np.abs(found["mean"] - truth).mean()


def test_linear_tags_by_the_token_and_those_before(tmp_path: Path) -> None:
    texts = [text[: 3 + n % 4] for n, text in enumerate(letters(300))]
    tags = ["".join("12"[t[i - 1 : i] == "a"] for i in range(len(t))) for t in texts]
    source = table(tmp_path, {"text": texts, "label": tags})
    dataset = read(source, "many_to_many").dataset()
    part = dataset.test
    found = fit_baselines(TASKS["many_to_many"], dataset)["linear"].predict(part)
    assert (found.argmax(-1) == part.y)[part.weights > 0].all()


def test_n_grams_write(tmp_path: Path) -> None:
    texts = ["ab" * (2 + n % 3) for n in range(120)]
    columns = {"kind": ["x", "y"] * 60, "text": texts}
    source = table(tmp_path, columns, sequence=None, inputs=("kind",), target="text")
    dataset = read(source, "one_to_many").dataset()
    part = dataset.test
    found = fit_baselines(TASKS["one_to_many"], dataset)["n_gram"].predict(part)
    right = (found.argmax(-1) == part.y)[part.weights > 0].mean()
    assert right > 0.8
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-5)


def test_the_nearest_training_pair(tmp_path: Path) -> None:
    """A source that differs in one word from a training one has that one's target."""
    sources = [" ".join(RNG.choice(WORDS, 5)) for _ in range(60)] * 2
    targets = [text.upper() for text in sources]
    path = tmp_path / "a.tsv"
    rows = [
        f"{s}{' x' * (n >= 60)}\t{t}" for n, (s, t) in enumerate(zip(sources, targets, strict=True))
    ]
    path.write_text("\n".join(["en\tes", *rows]))
    split = TokensSplitSpec(by="time", validation=10, test=50, block=1)
    source = PairsSource(source="pairs", path=path, sequence="en", target="es", split=split)
    data = read(source, "sequence_to_sequence")
    dataset = data.dataset()
    # The task itself is not needed: what is fitted follows from the data.
    found = (
        fit_baselines(TASKS["many_to_many"], dataset)["nearest"].predict(dataset.test).argmax(-1)
    )
    writing = data.preparation().writing
    written = [writing.text(row) for row in found]
    assert chrf(written, targets[70:]) > 95 > chrf(written[::-1], targets[70:])
    assert np.mean([a == b for a, b in zip(written, targets[70:], strict=True)]) > 0.9


def test_runs_are_counted_in_pieces_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(3).integers(0, 5, (30, 11))
    whole = Counts(x)
    monkeypatch.setattr(_tokens, "_STEPS_AT_ONCE", 40)
    pieces = Counts(x)
    np.testing.assert_array_equal(whole.marks, pieces.marks)
    np.testing.assert_array_equal(whole.rarity, pieces.rarity)
    np.testing.assert_array_equal(whole.of(x).toarray(), pieces.of(x).toarray())
    assert pieces._counted(x[:0]).shape == (0, len(pieces.rarity))
    # Each sequence has its runs: one of a single token, as often as this stands there.
    shown, counts = _tokens._different_runs(np.array([[0, 0, 7, 7, 7]]))
    assert len(shown) == 3 and sorted(counts) == [1, 2, 3]


def test_what_a_single_sequence_has_is_no_feature_of_classes() -> None:
    x = np.array([[1, 2, 3], [1, 2, 4], [5, 6, 7]])
    assert Counts(x).of(x).shape[1] > 10
    twice = Counts(x, least=2)  # 1, 2, and 1 before 2
    assert twice.of(x).shape[1] == 3 and not twice.of(x)[2].toarray().any()
    assert Counts(x[2:], least=2).of(x).shape[1] == 6  # nothing is shared: all are taken
    part = Part(x, np.arange(3) % 2)
    target = Target("class", ("y",), ("a", "b"), identity(1))
    dataset = Dataset(part, part, part, target, masked=True, vocabulary=8)
    assert token_linear._candidates(dataset)[-1].of(x).shape[1] == 3


@pytest.mark.parametrize("placed", [True, False])
def test_features_are_those_that_say_the_class(placed: bool) -> None:
    """What tells it is a token's place, or that a run stands anywhere."""
    rng = np.random.default_rng(4)
    x, y = rng.integers(1, 5, (120, 12)), np.arange(120) % 2
    if placed:
        x[:, 5] = y + 1
    else:
        for row, start in zip(x, rng.integers(0, 10, 120), strict=True):
            row[start : start + 2] = 9
        x[y == 0] = np.where(x[y == 0] == 9, 8, x[y == 0])
    part = Part(x, y)
    target = Target("class", ("y",), ("a", "b"), identity(1))
    dataset = Dataset(part, part, part, target, masked=True, vocabulary=10)
    features, found, *_ = token_linear._best_features(dataset, np.arange(119), y[:119])
    assert type(features) is (Places if placed else Counts)
    assert found.shape[0] == 119


def test_of_long_texts_places_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = np.tile(np.arange(1, 5), (20, 2)), np.arange(20) % 2
    part = Part(x, y)
    target = Target("class", ("y",), ("a", "b"), identity(1))
    dataset = Dataset(part, part, part, target, masked=True, vocabulary=5)
    assert [type(each) for each in token_linear._candidates(dataset)] == [Places, Counts]
    monkeypatch.setattr(token_linear, "_MOST_PLACES", 39)
    assert [type(each) for each in token_linear._candidates(dataset)] == [Counts]
