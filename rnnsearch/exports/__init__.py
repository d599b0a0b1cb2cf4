"""The winner for use elsewhere: one file a format, each of which is used without this package."""

from rnnsearch.exports._base import Format, Network
from rnnsearch.exports.card import model_card
from rnnsearch.exports.checking import Checked, compared, run_alone
from rnnsearch.exports.export_folder import write_folder
from rnnsearch.exports.registry import FORMATS, find_format

__all__ = [
    "FORMATS",
    "Checked",
    "Format",
    "Network",
    "compared",
    "find_format",
    "model_card",
    "run_alone",
    "write_folder",
]
