"""k folds of separate sequences: what each holds out, what it is fitted on, and what is said."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import Dataset, SequenceData, preparation_from_json, read
from rnnsearch.data.collecting import Problems
from rnnsearch.data.folds import Division, Folds, Pool, quantile_bins
from rnnsearch.data.sequences.sequence_data import SequencesData
from rnnsearch.errors import InvalidData
from rnnsearch.spec.sources import FoldsSpec, SplitSpec, TableSource, TokensSplitSpec

RNG = np.random.default_rng(5)
NOTHING = np.zeros(0, np.int64)


def pool(count: int, **changes: Any) -> Pool:
    return Pool(count, Division(np.arange(count - 1), np.array([count - 1])), **changes)


def divided(what: Pool, asked: tuple[int, int] | None, seed: int = 0) -> Folds:
    problems = Problems()
    found = what.folds(asked, seed, problems)
    assert not problems.found
    return found


def check_held_out_once(folds: Folds, count: int, k: int, repeats: int) -> None:
    assert len(folds) == k * repeats and folds.repeats == repeats
    for repeat in range(repeats):
        own = folds.divisions[repeat * k : repeat * k + k]
        held_out = np.sort(np.concatenate([division.validation for division in own]))
        np.testing.assert_array_equal(held_out, np.arange(count))
        for division in own:
            both = np.sort(np.concatenate([division.train, division.validation]))
            np.testing.assert_array_equal(both, np.arange(count))
            assert len(division.validation)


@given(
    labels=st.lists(st.integers(0, 4), min_size=8, max_size=120).map(np.array),
    k=st.integers(2, 6),
    repeats=st.integers(1, 3),
    seed=st.integers(0, 3),
)
@settings(deadline=None, max_examples=40)
def test_each_sequence_is_held_out_once_a_repeat_and_strata_are_within_one(
    labels: np.ndarray, k: int, repeats: int, seed: int
) -> None:
    folds = divided(pool(len(labels), strata=labels), (k, repeats), seed)
    check_held_out_once(folds, len(labels), k, repeats)
    for division in folds.divisions:
        shares = np.bincount(labels[division.validation], minlength=5)
        assert (abs(shares - np.bincount(labels, minlength=5) / k) < 1).all()
        assert abs(len(division.validation) - len(labels) / k) < 1


@given(
    groups=st.lists(st.integers(0, 12), min_size=8, max_size=90).filter(lambda g: len(set(g)) >= 6),
    k=st.integers(2, 6),
    classes=st.integers(1, 3),
    seed=st.integers(0, 3),
)
@settings(deadline=None, max_examples=40)
def test_no_fold_divides_a_group(groups: list[int], k: int, classes: int, seed: int) -> None:
    group = np.array(groups)
    folds = divided(
        pool(len(group), strata=np.arange(len(group)) % classes, groups=group), (k, 2), seed
    )
    check_held_out_once(folds, len(group), k, 2)
    for division in folds.divisions:
        assert not {*group[division.train]} & {*group[division.validation]}


def test_folds_of_groups_are_about_as_large_and_hold_every_class() -> None:
    group = np.repeat(np.arange(60), 2 + np.arange(60) % 5)
    labels = (group % 6 == 0).astype(int)
    folds = divided(pool(len(group), strata=labels, groups=group), (5, 1))
    for division in folds.divisions:
        assert abs(len(division.validation) / len(group) - 0.2) < 0.05
        assert abs(labels[division.validation].sum() / labels.sum() - 0.2) < 0.1


def test_repeats_and_seeds_deal_anew_and_the_same_seed_the_same() -> None:
    def parts(seed: int) -> list[list[int]]:
        return [d.validation.tolist() for d in divided(pool(30), (3, 2), seed).divisions]

    assert parts(0) == parts(0)
    assert parts(0) != parts(1)
    assert parts(0)[:3] != parts(0)[3:]


@pytest.mark.parametrize(
    ("count", "expected", "said"),
    [
        (200, (5, 3), "5 × 3 repeats (auto: 200 sequences outside the test part), 40 held out; "),
        (201, (5, 1), "5 (auto: 201 sequences outside the test part), 40 to 41 held out; the last"),
        (2_001, (3, 1), "3 (auto: 2,001 sequences"),
        (20_001, (1, 1), "1 (auto): there are 20,001 sequences outside the test part"),
        (3, (3, 3), "3 × 3 repeats (auto: 3 sequences outside the test part), 1 held out"),
    ],
)
def test_auto_goes_by_the_number_of_sequences(
    count: int, expected: tuple[int, int], said: str
) -> None:
    folds = divided(pool(count), None)
    assert (len(folds) // folds.repeats, folds.repeats) == expected
    assert folds.said.startswith(said)


def test_auto_is_one_fold_where_there_can_be_no_more() -> None:
    for changes, said in (
        ({"fixed": "the data has one"}, "1 (auto): the data has one"),
        ({"single": "it is long"}, "1 (auto): it is long"),
        ({"groups": np.zeros(9)}, "1 (auto): all sequences outside the test part are of one group"),
    ):
        folds = divided(pool(9, **changes), None)
        assert len(folds) == 1 and folds.said == said
        assert folds.divisions[0].validation.tolist() == [8]
    assert len(divided(pool(40, groups=np.arange(40) % 3), None)) == 9


def test_the_only_member_of_a_class_is_always_trained_on() -> None:
    labels = np.array([0, 1] * 10 + [2])
    folds = divided(pool(21, strata=labels, names=("a", "b", "rare")), (5, 1))
    assert all(20 in division.train for division in folds.divisions)
    held_out = np.concatenate([division.validation for division in folds.divisions])
    np.testing.assert_array_equal(np.sort(held_out), np.arange(20))
    assert "; the only one of rare is always trained on" in folds.said


def test_bins_of_numbers_are_of_equal_size_and_in_order() -> None:
    values = RNG.normal(size=50)
    bins = quantile_bins(values)
    assert np.bincount(bins).tolist() == [5] * 10
    assert all(values[bins == n].max() < values[bins == n + 1].min() for n in range(9))
    assert quantile_bins(np.zeros(3)).tolist() == [0, 0, 0]


# Arrays

COUNT, STEPS = 60, 7


def arrays(task: str, ragged: bool = False) -> dict[str, np.ndarray]:
    """Sequences of which no two are alike; their targets are classes but for one_to_many."""
    generator = np.random.default_rng(2)
    x = generator.normal(size=(COUNT, STEPS, 2)) * 3 + 5
    y = np.array(["abc"[n % 3] for n in range(COUNT)])
    if ragged:
        for number, sequence in enumerate(x):
            sequence[3 + number % 5 :] = np.nan
    if task == "many_to_many":
        y = np.array([["ab"[(n + t) % 2] for t in range(STEPS)] for n in range(COUNT)])
    if task == "one_to_many":
        x, y = x[:, 0], generator.normal(size=(COUNT, 4)) * 9
    if task == "one_to_one":
        x, y = x[:, 0], generator.normal(size=COUNT) * 9
    return {"x": x, "y": y}


def folded(k: int, repeats: int = 1, **changes: Any) -> SplitSpec:
    return SplitSpec(folds=FoldsSpec(folds=k, repeats=repeats), **changes)


CASES = [
    ("many_to_one", False),
    ("many_to_one", True),
    ("many_to_many", False),
    ("many_to_many", True),
    ("one_to_many", False),
    ("one_to_one", False),
]


def every_dataset(data: SequenceData) -> list[Dataset]:
    return [data.dataset(None, fold) for fold in range(data.folds)]


def x_in_own_units(dataset: Dataset, data: SequenceData, fold: int, part: str) -> np.ndarray:
    """The first feature at the last step of each sequence."""
    (scaling,) = data.preparation(None, fold).scalings.values()
    x = np.asarray(getattr(dataset, part).x)
    return np.round(scaling.invert(x).reshape(len(x), -1, x.shape[-1])[:, -1, 0], 4)


@pytest.mark.parametrize(("task", "ragged"), CASES)
def test_divisions_of_arrays(task: str, ragged: bool, write_npz: Any, npz_source: Any) -> None:
    path = write_npz(**arrays(task, ragged))
    data = read(npz_source(path, split=folded(4, 2)), task)
    one = read(npz_source(path, split=SplitSpec(folds=1)), task)
    assert (data.folds, data.repeats, one.folds, one.repeats) == (8, 2, 1, 1)
    datasets = every_dataset(data)
    shapes = {d.train.x.shape[1:] for d in [*datasets, one.dataset(), data.whole()]}
    assert len(shapes) == 1
    assert {(d.masked, d.output_steps) for d in datasets} == {
        (one.dataset().masked, one.dataset().output_steps)
    }
    tests = [x_in_own_units(d, data, fold, "test") for fold, d in enumerate(datasets)]
    usual = x_in_own_units(one.dataset(), one, 0, "test")
    for test in tests:
        np.testing.assert_allclose(test, usual, atol=1e-3)
    for repeat in (0, 1):
        held_out = [
            x_in_own_units(datasets[fold], data, fold, "validation")
            for fold in range(4 * repeat, 4 * repeat + 4)
        ]
        pooled = np.concatenate(
            [x_in_own_units(one.dataset(), one, 0, part) for part in ("train", "validation")]
        )
        np.testing.assert_allclose(np.sort(np.concatenate(held_out)), np.sort(pooled), atol=1e-3)
    np.testing.assert_array_equal(data.dataset().train.y, datasets[-1].train.y)


@pytest.mark.parametrize(("task", "ragged"), CASES)
def test_a_division_is_fitted_on_its_training_part_alone(
    task: str, ragged: bool, write_npz: Any, npz_source: Any
) -> None:
    """Other numbers in what a division holds out, and in the test part, change none of it."""
    plain = arrays(task, ragged)
    numeric = plain["y"].dtype.kind == "f"
    data = read(npz_source(write_npz(**plain), split=folded(3)), task)
    usual = every_dataset(data)
    assert isinstance(data, SequencesData)
    firsts = plain["x"].reshape(COUNT, -1, 2)[:, 0, 0]
    for fold, dataset in enumerate(usual):
        (scaling,) = data.preparation(None, fold).scalings.values()
        learned = data.divided.pool.x[data.divided.folds.divisions[fold].train]
        outside = ~np.isin(firsts, learned.reshape(len(learned), -1, 2)[:, 0, 0])
        assert outside.sum() == COUNT - len(dataset.train)
        changed = {name: array.copy() for name, array in plain.items()}
        changed["x"][outside] *= 1e3
        if numeric:
            changed["y"][outside] *= 1e3
        strange = read(npz_source(write_npz(**changed), split=folded(3)), task).dataset(None, fold)
        if not numeric:  # else the strata, and with them the folds, are others
            np.testing.assert_array_equal(dataset.train.x, strange.train.x)
            np.testing.assert_array_equal(dataset.train.y, strange.train.y)
            assert not np.array_equal(dataset.validation.x, strange.validation.x)
        train = plain["x"].reshape(COUNT, -1, 2)[~outside]
        np.testing.assert_allclose(scaling.offset, np.nanmean(train, axis=(0, 1)))
        np.testing.assert_allclose(scaling.scale, np.nanstd(train, axis=(0, 1)))
        if numeric:
            own = dataset.target.scaling
            np.testing.assert_allclose(own.offset, plain["y"][~outside].mean())


def test_what_is_delivered_is_fitted_on_the_whole_pool(write_npz: Any, npz_source: Any) -> None:
    path = write_npz(**arrays("many_to_one"))
    data = read(npz_source(path, split=folded(5)), "many_to_one")
    whole, datasets = data.whole(), every_dataset(data)
    assert len(whole.train) == len(datasets[0].train) + len(datasets[0].validation)
    assert abs(whole.train.array.mean(axis=(0, 1))).max() < 1e-6
    assert abs(whole.train.array.std(axis=(0, 1)) - 1).max() < 1e-5
    assert len(whole.validation) == len(datasets[-1].validation)
    delivered = data.preparation()
    kept = json.loads(json.dumps(pickle.loads(pickle.dumps(data)).preparation().to_json()))
    prepared = preparation_from_json(kept)
    assert prepared.to_json() == delivered.to_json() == kept
    np.testing.assert_array_equal(prepared.inputs(str(path))[0][:3].shape, (3, STEPS, 2))
    assert delivered.to_json() != data.preparation(None, 0).to_json()
    one = read(npz_source(path), "many_to_one")
    assert one.preparation().to_json() == one.preparation(None, 0).to_json()
    both = one.whole()
    parts = one.dataset()
    np.testing.assert_array_equal(both.train.x[: len(parts.train)], parts.train.x)
    np.testing.assert_array_equal(both.train.x[len(parts.train) :], parts.validation.x)


def test_workers_are_not_given_a_copy_for_each_division(
    write_npz: Any, npz_source: Any, tmp_path: Path
) -> None:
    path = write_npz(x=RNG.normal(size=(100, 50, 2)), y=np.arange(100) % 2)
    data = read(npz_source(path, split=folded(5, 3)), "many_to_one")
    for fold in range(data.folds):
        data.dataset(None, fold)
    size = len(pickle.dumps(data.packed(tmp_path)))
    assert size < 1.6 * 100 * 50 * 2 * 8
    again = pickle.loads(pickle.dumps(data.packed(tmp_path)))
    for fold in (0, 7, 14):
        left, right = data.dataset(None, fold), again.dataset(None, fold)
        np.testing.assert_array_equal(left.train.x, right.train.x)
        np.testing.assert_array_equal(left.validation.y, right.validation.y)


def test_a_validation_part_of_the_data_is_the_only_fold(write_npz: Any, npz_source: Any) -> None:
    made = arrays("many_to_one")
    x, y = made["x"], made["y"]
    path = write_npz(
        x_train=x[:30], y_train=y[:30], x_validation=x[30:40, :5], y_validation=y[30:40]
    )
    data = read(npz_source(path, split=SplitSpec(folds="auto", test=0.2)), "many_to_one")
    said = dict(data.summary())
    assert said["folds"] == "1 (auto): the data has a validation part of its own"
    assert (said["training"], said["validation"]) == ("24 sequences", "10 sequences")
    with pytest.raises(InvalidData) as error:
        read(npz_source(path, split=folded(5)), "many_to_one")
    assert str(error.value) == (
        "data.split.folds: must be 1 or auto where the data has a validation part of its own; "
        "received 5; leave the validation part out of the data, or remove folds"
    )
    part = np.array(["train"] * 45 + ["test"] * 15)
    data = read(
        npz_source(write_npz(**made, part=part), split=folded(3, column="part")), "many_to_one"
    )
    assert data.folds == 3 and len(data.dataset().test) == 15


def test_more_folds_than_there_is_to_hold_out(write_npz: Any, npz_source: Any) -> None:
    made = arrays("many_to_one")
    source = npz_source(write_npz(**made), split=folded(52))
    with pytest.raises(InvalidData, match="must be at most 51, the sequences outside the test"):
        read(source, "many_to_one")
    source = npz_source(write_npz(**made, who=np.arange(60) % 8), split=folded(8, group="who"))
    with pytest.raises(InvalidData, match="at most 7, the groups of sequences outside the test p"):
        read(source, "many_to_one")


def test_the_summary_is_of_the_last_division(write_npz: Any, npz_source: Any) -> None:
    path = write_npz(**arrays("many_to_one"))
    said = dict(read(npz_source(path, split=SplitSpec(folds="auto")), "many_to_one").summary())
    assert said["folds"] == (
        "5 × 3 repeats (auto: 51 sequences outside the test part), each class in the same share, "
        "10 to 11 held out; the last:"
    )
    assert (said["training"], said["validation"]) == ("41 sequences", "10 sequences")


# Tokens


def table(path: Path, **changes: Any) -> TableSource:
    split = TokensSplitSpec(**{"folds": 4, "block": 1, **changes.pop("split", {})})
    return TableSource(
        source="table",
        path=path,
        **{"sequence": "text", "target": "label", "split": split} | changes,
    )


TEXTS = ["".join("abcdef"[(n * k + k) % 6] for k in range(2 + n % 4)) for n in range(48)]


def test_numbers_of_tokens_are_the_same_in_every_division(write_csv: Any) -> None:
    texts = [*TEXTS]
    texts[9] = "zab"  # one text alone has a z
    path = write_csv({"text": texts, "label": ["xy"[n % 2] for n in range(48)]})
    data = read(
        table(path, split={"folds": FoldsSpec(folds=4, repeats=2), "test": 0.1}), "many_to_one"
    )
    assert (data.folds, data.repeats) == (8, 2)
    delivered = data.preparation().reading.vocabulary  # type: ignore[attr-defined]
    assert not delivered.unseen and dict(data.preparation().scalings) == {}
    z = delivered.ids(["z"])[0]
    datasets = every_dataset(data)
    pooled = data.whole().train
    assert (pooled.array == z).sum() == 1
    for fold, dataset in enumerate(datasets):
        own = data.preparation(None, fold).reading.vocabulary  # type: ignore[attr-defined]
        assert own.known == delivered.known and dataset.vocabulary == delivered.size
        shown = (dataset.train.array == z).any()
        assert ("z" in own.unseen) == (not shown)
        prepared = data.preparation(None, fold)
        assert (z in prepared.unseen) == (not shown) and prepared.unknown == delivered.unknown
        assert not (dataset.validation.array == z).any()
        assert (dataset.validation.array == own.unknown).any() == (not shown)
    assert sum((dataset.train.array == z).any() for dataset in datasets) == 6
    for repeat in (0, 1):
        rows = Counter(
            tuple(row) for d in datasets[repeat * 4 : repeat * 4 + 4] for row in d.validation.array
        )
        unknown = np.where(pooled.array == z, delivered.unknown, pooled.array)
        assert rows == Counter(tuple(row) for row in unknown)
    fold = next(n for n, d in enumerate(datasets) if not (d.train.array == z).any())
    kept = json.loads(json.dumps(data.preparation(None, fold).to_json()))
    new = write_csv({"text": ["zab"] * 3, "label": ["x"] * 3})
    x, _ = preparation_from_json(kept).inputs(str(new))
    assert x[0, -3] == delivered.unknown
    x, _ = data.preparation().inputs(str(new))
    assert x[0, -3] == z


def test_texts_that_are_written_have_one_fold_unless_more_are_asked_for(write_csv: Any) -> None:
    targets = [text.upper() for text in TEXTS]
    targets[20] = "ABQ"
    path = write_csv({"text": TEXTS, "label": targets})
    auto = read(table(path, split={"folds": "auto"}), "sequence_to_sequence")
    assert auto.folds == 1
    assert dict(auto.summary())["folds"] == "1 (auto): to write texts takes long to learn"
    data = read(table(path, split={"folds": 3, "test": 0.1}), "sequence_to_sequence")
    writing = data.preparation().writing
    assert writing is not None
    q = writing.classes.index("Q")
    for fold, dataset in enumerate(every_dataset(data)):
        own = data.preparation(None, fold).writing
        assert own is not None and own.classes == writing.classes
        for part in (dataset.train, dataset.validation, dataset.test):
            assert isinstance(part.x, dict) and part.weight is not None
            np.testing.assert_array_equal(part.x["previous"], own.previous(part.y, part.weight))
        shown = ((dataset.train.y == q) & (dataset.train.weights > 0)).any()
        assert ("Q" in own.coding.vocabulary.unseen) == (not shown)
        assert not ((dataset.validation.y == q) & (dataset.validation.weights > 0)).any()


def test_vectors_of_columns_are_scaled_by_the_division(write_csv: Any) -> None:
    size = RNG.normal(size=48) * 4 + 9
    kind = ["uv"[n % 2] for n in range(48)]
    path = write_csv({"size": size.tolist(), "kind": kind, "label": TEXTS})
    source = table(path, sequence=None, inputs=("size", "kind"), split={"folds": 4})
    data = read(source, "one_to_many")
    for fold, dataset in enumerate(every_dataset(data)):
        x = dataset.train.x["vector"]  # type: ignore[index]
        assert abs(x[:, 0].mean()) < 1e-5 and abs(x[:, 0].std() - 1) < 1e-5
        assert set(np.unique(x[:, 1:])) == {0, 1}
        scaling = data.preparation(None, fold).scalings["vector"]
        assert scaling.offset[1:].tolist() == [0, 0] and scaling.scale[1:].tolist() == [1, 1]
        assert scaling.offset[0] != data.preparation().scalings["vector"].offset[0]


def test_numeric_targets_of_texts_have_their_share_of_small_and_large(write_csv: Any) -> None:
    numbers = np.exp(RNG.normal(size=48) * 2).tolist()
    data = read(table(write_csv({"text": TEXTS, "label": numbers})), "many_to_one")
    assert data.folds == 4
    for dataset in every_dataset(data):
        assert abs(dataset.train.y.mean()) < 1e-5
        raw = dataset.target.scaling.invert(dataset.validation.y)
        assert (raw < np.median(numbers)).sum() in range(3, 8)


def test_blocks_and_groups_of_rows_stay_together(write_csv: Any) -> None:
    rows = [f"{chr(97 + n // 4)}{'BC'[n % 2]}" for n in range(48)]  # the first letter is the block
    path = write_csv({"text": rows, "label": ["xy"[n % 2] for n in range(48)]})
    data = read(table(path, split={"block": 4}), "many_to_one")
    unknown = data.preparation().reading.vocabulary.unknown  # type: ignore[attr-defined]
    for dataset in every_dataset(data):
        assert {*dataset.validation.array[:, 0]} == {unknown}  # no block that is trained on
    group = [str(n // 6) for n in range(48)]
    path = write_csv({"text": TEXTS, "label": ["xy"[n % 2] for n in range(48)], "g": group})
    data = read(table(path, split={"group": "g", "folds": 3}), "many_to_one")
    assert data.folds == 3 and "no group divided" in dict(data.summary())["folds"]


def test_duplicates_are_left_out_of_each_held_out_part(write_csv: Any) -> None:
    texts = [f"{a}{b}{c}" for a in "abc" for b in "def" for c in "ghi"]
    path = write_csv({"text": texts * 2, "label": ["xy"[n % 2] for n in range(54)]})
    kept = read(table(path), "many_to_one")
    data = read(table(path, split={"duplicates": "drop"}), "many_to_one")
    repeated = 0
    for one, dataset in zip(every_dataset(kept), every_dataset(data), strict=True):
        learned = {tuple(row) for row in dataset.train.array}
        assert len(one.train) == len(dataset.train)
        assert not learned & {tuple(row) for row in dataset.validation.array}
        repeated += len(one.validation) - len(dataset.validation)
    assert repeated > 10
    assert len(data.whole().train) == len(kept.whole().train)
    holdout = read(table(path, split={"duplicates": "drop", "folds": 1}), "many_to_one")
    assert "that are in training too" in dict(holdout.summary())["validation"]
    assert len(holdout.whole().train) == len(holdout.dataset().train) + len(
        holdout.dataset().validation
    )


# --- Rolling origins -----------------------------------------------------------------------------


@given(
    train=st.integers(4, 300),
    held_out=st.integers(1, 40),
    gap=st.integers(0, 5),
    folds=st.none() | st.integers(2, 6),
)
@settings(deadline=None, max_examples=40)
def test_nothing_is_trained_on_that_comes_after_what_is_held_out(
    train: int, held_out: int, gap: int, folds: int | None
) -> None:
    count = train + held_out
    holdout = Division(np.arange(train), np.arange(train, count))
    what, problems = Pool(count, holdout, ordered=True, gap=gap), Problems()
    found = what.folds(None if folds is None else (folds, 1), 0, problems)
    if problems.found:
        assert folds is not None and train - gap - (folds - 1) * held_out < 1
        return
    assert found.repeats == 1 and found.divisions[-1] == holdout
    for one, after in pairwise(found.divisions):
        assert len(one.validation) == held_out
        assert one.validation[-1] + 1 == after.validation[0]
        np.testing.assert_array_equal(one.train, np.arange(one.validation[0] - gap))
    if folds is None:
        assert len(found.divisions[0].train) >= train // 2 or len(found) == 1
    else:
        assert len(found) == folds


def test_sequences_that_follow_each_other_in_time_have_rolling_origins(
    write_npz: Any, npz_source: Any
) -> None:
    x = RNG.normal(size=(100, 5, 1))
    path = write_npz(x=x, y=np.arange(100.0))
    split = SplitSpec(by="time", validation=0.1, test=0.1, folds="auto")
    data = read(npz_source(path, split=split, scaling="none"), "many_to_one")
    assert (data.folds, data.ordered, data.past) == (5, True, False)
    for fold, start in enumerate(range(40, 90, 10)):
        dataset = data.dataset(None, fold)
        np.testing.assert_array_equal(dataset.train.y[:, 0], np.arange(start))
        np.testing.assert_array_equal(dataset.validation.y[:, 0], np.arange(start, start + 10))
        np.testing.assert_array_equal(dataset.test.y[:, 0], np.arange(90, 100))
    # What is delivered is trained on the latest, too.
    np.testing.assert_array_equal(data.whole().train.y[:, 0], np.arange(90))
    said = dict(data.summary())["folds"]
    assert said.startswith("5 (auto: 90 sequences") and "before those that it holds out" in said
    more = SplitSpec(by="time", folds=12)
    with pytest.raises(InvalidData, match="must be at most 5, as each fold is trained on what is"):
        read(npz_source(path, split=more), "many_to_one")


def test_windows_that_overlap_are_left_out_before_each_origin(
    write_npz: Any, npz_source: Any
) -> None:
    series = RNG.normal(size=104)
    x = np.lib.stride_tricks.sliding_window_view(series, 4)[:, :, None][:100]
    path = write_npz(x=x, y=np.arange(100.0))
    data = read(npz_source(path, split=SplitSpec(folds="auto"), scaling="none"), "many_to_one")
    assert data.folds > 2 and data.ordered
    for fold in range(data.folds):
        dataset = data.dataset(None, fold)
        known = set(dataset.train.array.ravel().tolist())
        assert not known & set(dataset.validation.array.ravel().tolist())
