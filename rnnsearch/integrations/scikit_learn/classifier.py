"""`RecurrentClassifier`: a class for each sequence."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from rnnsearch.api.asking.given import of_arrays
from rnnsearch.api.asking.new_data import as_file
from rnnsearch.integrations.scikit_learn._base import Recurrent
from rnnsearch.integrations.scikit_learn.checked_sequences import checked, checked_pair

__all__ = ["RecurrentClassifier"]


class RecurrentClassifier(ClassifierMixin, Recurrent):
    """Finds the recurrent network that tells classes of sequences apart.

    X is (N, T), (N, T, F), or a list of N sequences of different lengths, (T,) or (T, F); NaN at
    a sequence's end means that it is over. Parameters and attributes are those of
    `rnnsearch.integrations.scikit_learn._base.Recurrent`.

    Attributes:
        classes_: (C,) the labels, sorted.
        n_features_in_: T of (N, T), F of (N, T, F).

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(60, 5))
        >>> up = np.where(x.sum(axis=1) > 0, "up", "down")
        >>> classifier = rnnsearch.RecurrentClassifier(trials=1, epochs=2, space={"units": 4})
        >>> classifier.fit(x, up).predict_proba(x[:3]).shape, classifier.classes_.tolist()
        ((3, 2), ['down', 'up'])
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Search.

        Args:
            X: The sequences, see above.
            y: (N,) a label each: whole numbers, texts or bools, of at least two kinds.

        Raises:
            ValueError: X and y can't be learned from.
            KeyboardInterrupt: On Ctrl-C.
        """
        x, y = checked_pair(self, X, y, numbers=False)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"Expected at least 2 classes. Received: one class, {self.classes_[0]!r}; "
                "there is nothing to learn"
            )
        plain = self.classes_.dtype.kind in "iuU"
        given = of_arrays(x, y if plain else codes)
        self._search(given, self._new_study(), target_kind="class")
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """(N, C) probabilities, in the order of `classes_`.

        Args:
            X: Sequences as `fit` takes them, with as many features; (N, T) of as many steps.

        Raises:
            NotFittedError: `fit` was not called.
            ValueError: X is not like that of `fit`.
        """
        check_is_fitted(self)
        with as_file(checked(self, X)) as path:
            frame = self.results_.predict(path)
        plain = self.classes_.dtype.kind in "iuU"
        names = self.classes_ if plain else range(len(self.classes_))
        columns = [f"probability_{name}" for name in names]
        return frame.reindex(columns=columns, fill_value=0.0).to_numpy(np.float64)

    def predict(self, X: Any) -> np.ndarray:
        """(N,) the likeliest class of each, of `classes_`; X and errors as of `predict_proba`."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[likeliest])

    def __sklearn_tags__(self) -> Any:
        """Three axes and gaps are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        return tags
