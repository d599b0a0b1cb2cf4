"""Dividing data into training, validation and test part."""

from __future__ import annotations

import functools
import math
import re
import unicodedata

import numpy as np

__all__ = [
    "fold_parts",
    "group_parts",
    "largest_first",
    "random_parts",
    "said_part",
    "stratified_parts",
    "time_parts",
]

_SAID = {
    "train": "train training trn learn fit lernen entrenamiento entrainement apprentissage treino "
    "treinamento addestramento allenamento trening treningowy uczący trénovací träning træning "
    "обучение обучающая тренировка тренировочная eğitim 训练 訓練 学習 학습 훈련",
    "validation": "validation valid val dev development devel vld publictest validierung "
    "validación validação validazione convalida validatie walidacja walidacyjny validering "
    "validační валидация валидационная doğrulama 验证 驗證 検証 검증",
    "test": "test testing tst holdout eval evaluation privatetest prueba pruebas teste prova "
    "testowy testovací тест тестовая 测试 測試 テスト 테스트",
}
_OF_ROWS = re.compile(
    r"(?<=[^\W\d_]{3})(?:s?[ _-]?(?:set|data|split|subset|daten|menge)"
    r"|[ _-](?:rows?|part|sample))$|[集用]$"
)
"""What is said behind a part's name: ``train_set``, ``Trainingsdaten``, 训练集."""


def _plain(word: str) -> str:
    """A word in small letters, without accents."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


_PARTS = {_plain(word): part for part, words in _SAID.items() for word in words.split()}


@functools.lru_cache
def said_part(cell: str) -> str:
    """The part that a cell names, in whatever case: train, validation or test; "" if it is none."""
    word = _plain(cell.strip())
    return _PARTS.get(word) or _PARTS.get(_OF_ROWS.sub("", word), "")


Three = tuple[np.ndarray, np.ndarray, np.ndarray]


def time_parts(rows: int, validation: float, test: float) -> tuple[range, range, range]:
    """Training, validation and test part, one after the other in time."""
    tests = round(rows * test)
    border = rows - tests - round(rows * validation)
    return range(0, border), range(border, rows - tests), range(rows - tests, rows)


def fold_parts(
    rows: int,
    validation: float,
    test: float,
    folds: int,
    step: int | None = None,
    window: int | None = None,
) -> list[tuple[range, range, range]]:
    """`time_parts` of each fold, with a rolling origin (Tashman, 2000).

    The last fold is `time_parts`, and the only one with the test part. Where there are too few
    rows a training part is empty.

    Args:
        rows: All there are.
        validation, test: Shares of them; each fold's validation part is as long as the last's.
        folds: How many.
        step: From one fold's origin, where its validation part begins, to the next one's; None
            for the length of a validation part.
        window: Rows of a training part, at most; None for all that are before its origin.
    """
    train, held_out, tests = time_parts(rows, validation, test)
    found = []
    for back in range(folds - 1, -1, -1):
        origin = max(0, train.stop - back * (step or len(held_out)))
        begin = 0 if window is None else max(0, origin - window)
        rest = tests if back == 0 else range(rows, rows)
        found.append((range(begin, origin), range(origin, origin + len(held_out)), rest))
    return found


def random_parts(count: int, validation: float, test: float, seed: int) -> Three:
    """Indices of each part, drawn at random, each part in the data's order."""
    order = np.random.default_rng(seed).permutation(count)
    train, second, third = time_parts(count, validation, test)
    return tuple(np.sort(order[part.start : part.stop]) for part in (train, second, third))  # type: ignore[return-value]


def stratified_parts(labels: np.ndarray, validation: float, test: float, seed: int) -> Three:
    """As `random_parts`, with each class in (nearly) the same share in every part.

    Sequences are ordered by class, at random within it, and dealt to the parts so that
    after each one the parts' sizes are as near to their shares as can be. Every class
    keeps a member in the training part.

    Args:
        labels: (N,) int, the class of each sequence.
        validation, test: Shares.
        seed: Of the order within a class.
    """
    generator = np.random.default_rng(seed)
    shares = (1 - validation - test, validation, test)
    owner = np.zeros(len(labels), dtype=np.int64)
    dealt = [0, 0, 0]
    for label in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == label))
        # Plain numbers: with arrays of three each step would take three times as long.
        for position, member in enumerate(members.tolist()):
            count = sum(dealt) + 1
            owed = [
                share * count - known if share else -math.inf
                for share, known in zip(shares, dealt, strict=True)
            ]
            part = 0 if position == 0 else owed.index(max(owed))
            owner[member] = part
            dealt[part] += 1
    return np.flatnonzero(owner == 0), np.flatnonzero(owner == 1), np.flatnonzero(owner == 2)


def largest_first(
    sizes: np.ndarray, generator: np.random.Generator, *, roughly: bool
) -> np.ndarray:
    """The order in which groups are dealt: the larger first, those of one size at random.

    Roughly, what is less than twice as large is of one size, so that chance has a say.
    """
    order = generator.permutation(len(sizes))
    keys = np.floor(np.log2(np.maximum(sizes, 1))) if roughly else sizes
    return np.asarray(order[np.argsort(-keys[order], kind="stable")])


def group_parts(
    groups: np.ndarray,
    labels: np.ndarray | None,
    validation: float,
    test: float,
    seed: int,
    *,
    roughly: bool = False,
) -> Three:
    """As `stratified_parts`, with all members of a group in one part.

    Groups are dealt one after the other, the larger first, each to the part that lacks most
    of what is in it: so the parts come near to their shares of every class, as near as groups
    allow. Every part gets a group.

    Args:
        groups: (N,) the group of each sequence; at least as many as there are parts.
        labels: (N,) int, the class of each sequence; None where only the parts' sizes matter.
        validation, test: Shares.
        seed: Of the order of groups of equal size.
        roughly: See `largest_first`.
    """
    shares = np.array([1 - validation - test, validation, test])
    names, group = np.unique(groups, return_inverse=True)
    kinds, kind = np.unique(
        np.zeros(len(groups)) if labels is None else labels, return_inverse=True
    )
    content = np.zeros((len(names), len(kinds)))
    np.add.at(content, (group, kind), 1)
    content /= content.sum(axis=0)  # a class counts as much as any other, however rare
    order = largest_first(np.bincount(group), np.random.default_rng(seed), roughly=roughly)
    owner = np.full(len(names), -1)
    lacking = np.repeat(shares[:, None], len(kinds), axis=1)
    for left, member in zip(range(len(order), 0, -1), order, strict=True):
        worth = lacking @ content[member]
        empty = [part for part in range(3) if shares[part] > 0 and part not in owner]
        worth[shares == 0] = -np.inf
        if left <= len(empty):
            worth[[part not in empty for part in range(3)]] = -np.inf
        owner[member] = int(worth.argmax())
        lacking[owner[member]] -= content[member]
    part = owner[group]
    return np.flatnonzero(part == 0), np.flatnonzero(part == 1), np.flatnonzero(part == 2)
