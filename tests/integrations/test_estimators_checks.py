"""scikit-learn's own checks of estimators.

Those that train nothing run always, the others by `RNNSEARCH_CHECKS=all`, which takes some
minutes: RNNSEARCH_CHECKS=all python -m pytest tests/integrations/test_estimators_checks.py
"""

import os
import warnings

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import rnnsearch

SMALL = {
    "trials": 1,
    "epochs": 20,
    "timeout": None,
    "cell": "GRU",
    "space": {"units": 8, "depth": 1, "learning_rate": 1e-2, "bidirectional": False},
    "spec": {
        "data": {"split": {"folds": 1, "validation": 0.2}, "scaling": "standard"},
        "search": {"confirm": 0, "deliver": "best"},
        "run": {"workers": 1},
    },
}
TRAINING = os.environ.get("RNNSEARCH_CHECKS") == "all"
QUICK = {
    "check_estimator_cloneable",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_estimators_unfitted",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_mixin_order",
    "check_complex_data",
    "check_estimators_empty_data_messages",
    "check_estimator_sparse_tag",
    "check_estimator_sparse_array",
    "check_estimator_sparse_matrix",
    "check_classifiers_regression_target",
    "check_supervised_y_no_nan",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
    "check_fit1d",
    "check_fit2d_1sample",
    "check_requires_y_none",
}


ROUNDING = (
    "numbers are float32 and are predicted 32 sequences at once: in another order they differ by "
    "2e-7, where the check allows 1e-7"
)

NO_STEPS = (
    "asks for R² above 0.5 on a table whose columns are no steps of time; one small network, as the "
    "checks have time for, stays below it"
)


def expected(estimator):
    """Checks that fail, and why."""
    if isinstance(estimator, rnnsearch.RecurrentRegressor):
        return {
            "check_methods_sample_order_invariance": ROUNDING,
            "check_regressors_train": NO_STEPS,
        }
    return {}


def name_of(check):
    return getattr(check, "func", check).__name__


@parametrize_with_checks(
    [
        rnnsearch.RecurrentClassifier(**SMALL),
        rnnsearch.RecurrentRegressor(**SMALL),
    ],
    expected_failed_checks=expected,
)
def test_scikit_learns_checks(estimator, check, inline):
    if name_of(check) not in QUICK and not TRAINING:
        pytest.skip("trains networks: RNNSEARCH_CHECKS=all runs it")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # each check has filters of its own
        check(estimator)
