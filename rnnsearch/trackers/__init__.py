"""Trackers of experiments that follow a search where they are asked for: one file each."""

from rnnsearch.trackers._base import Search, Tracker
from rnnsearch.trackers.following import Following, followed
from rnnsearch.trackers.registry import TRACKERS

__all__ = ["TRACKERS", "Following", "Search", "Tracker", "followed"]
