"""Raw values to a network's input and back, as Keras graphs: one file a kind of data."""

from rnnsearch.exports.raw._base import Examples, Given, RawForm, Signature
from rnnsearch.exports.raw.model import form_of, raw_model

__all__ = ["Examples", "Given", "RawForm", "Signature", "form_of", "raw_model"]
