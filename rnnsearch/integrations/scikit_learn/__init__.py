"""Estimators in the habits of scikit-learn: a search behind `fit`, its winner behind `predict`."""

from rnnsearch.integrations.scikit_learn.classifier import RecurrentClassifier
from rnnsearch.integrations.scikit_learn.forecaster import RecurrentForecaster
from rnnsearch.integrations.scikit_learn.regressor import RecurrentRegressor

__all__ = ["RecurrentClassifier", "RecurrentForecaster", "RecurrentRegressor"]
