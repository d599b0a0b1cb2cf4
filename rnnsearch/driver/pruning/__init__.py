"""Which trials end early: Optuna's pruners by rung, and a race over divisions of the data."""
