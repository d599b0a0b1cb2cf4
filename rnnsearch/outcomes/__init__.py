"""What an epoch, a trial, a simple method and a search came to, and which trial is better."""

from rnnsearch.outcomes.baseline import BaselineRecord
from rnnsearch.outcomes.by_target import TargetStanding, each_target
from rnnsearch.outcomes.epoch import Epoch
from rnnsearch.outcomes.finals import Confirmed, Delivery, FinalRun
from rnnsearch.outcomes.ranking import rank_key, ranked
from rnnsearch.outcomes.summary import Summary
from rnnsearch.outcomes.trial import TrialRecord, TrialState, cause_of

__all__ = [
    "BaselineRecord",
    "Confirmed",
    "Delivery",
    "Epoch",
    "FinalRun",
    "Summary",
    "TargetStanding",
    "TrialRecord",
    "TrialState",
    "cause_of",
    "each_target",
    "rank_key",
    "ranked",
]
