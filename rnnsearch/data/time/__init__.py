"""Time, in one place: forms of time stamps, zones, the step between rows, the calendar."""

from rnnsearch.data.time.calendar import calendar_features, calendar_names
from rnnsearch.data.time.clock import Clock, format_time
from rnnsearch.data.time.forms import DAILY, WORDS, find_form, forms_among, read_times
from rnnsearch.data.time.rates import find_change
from rnnsearch.data.time.split_times import join_cells, role, roles_of
from rnnsearch.data.time.stamps import Stamps, TimeProblem, read_stamps, read_typed
from rnnsearch.data.time.steps import Step, infer_step, times_after
from rnnsearch.data.time.writing_forms import with_writing
from rnnsearch.data.time.written_names import month_of
from rnnsearch.data.time.zones import split_offsets

__all__ = [
    "DAILY",
    "WORDS",
    "Clock",
    "Stamps",
    "Step",
    "TimeProblem",
    "calendar_features",
    "calendar_names",
    "find_change",
    "find_form",
    "format_time",
    "forms_among",
    "infer_step",
    "join_cells",
    "month_of",
    "read_stamps",
    "read_times",
    "read_typed",
    "role",
    "roles_of",
    "split_offsets",
    "times_after",
    "with_writing",
]
