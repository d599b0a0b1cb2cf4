"""Optuna's ask and tell, planning trials into programs, rungs, the loop."""

from rnnsearch.driver.running.watching import Lane, Noting, Observer, Snapshot

__all__ = ["Lane", "Noting", "Observer", "Snapshot"]
