"""`RecurrentRegressor`: a number, or several, for each sequence."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from rnnsearch.api.asking.given import of_arrays
from rnnsearch.api.asking.new_data import as_file
from rnnsearch.integrations.scikit_learn._base import Recurrent
from rnnsearch.integrations.scikit_learn.checked_sequences import checked, checked_pair

__all__ = ["RecurrentRegressor"]


class RecurrentRegressor(RegressorMixin, Recurrent):
    """Finds the recurrent network that predicts numbers of sequences.

    X is (N, T), (N, T, F), or a list of N sequences of different lengths, (T,) or (T, F); NaN at
    a sequence's end means that it is over. y is (N,) or (N, O). Parameters and attributes are
    those of `rnnsearch.integrations.scikit_learn._base.Recurrent`.

    Attributes:
        n_features_in_: T of (N, T), F of (N, T, F).

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(60, 5, 2))
        >>> regressor = rnnsearch.RecurrentRegressor(trials=1, epochs=2, space={"units": 4})
        >>> regressor.fit(x, x[:, -1, 0]).predict(x[:3]).shape
        (3,)
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Search.

        Args:
            X: The sequences, see above.
            y: (N,) or (N, O) numbers, in their own units.

        Raises:
            ValueError: X and y can't be learned from.
            KeyboardInterrupt: On Ctrl-C.
        """
        x, y = checked_pair(self, X, y, numbers=True)
        y = np.asarray(y, np.float64)
        given = of_arrays(x, y, task="many_to_one", amounts=True)
        self._flat = y.ndim == 1
        self._search(given, self._new_study(), target_kind="numeric")
        return self

    def predict(self, X: Any) -> np.ndarray:
        """(N,), or (N, O) as y was, in its units.

        Args:
            X: Sequences as `fit` takes them, with as many features; (N, T) of as many steps.

        Raises:
            NotFittedError: `fit` was not called.
            ValueError: X is not like that of `fit`.
        """
        check_is_fitted(self)
        with as_file(checked(self, X)) as path:
            frame = self.results_.predict(path)
        names = self.results_.preparation.target.names
        found = frame[[f"predicted_{name}" for name in names]].to_numpy(np.float64)
        return np.asarray(found[:, 0] if self._flat else found)

    def __sklearn_tags__(self) -> Any:
        """Three axes, gaps and several targets are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        tags.target_tags.multi_output = True
        return tags
