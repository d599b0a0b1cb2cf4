"""From a file of data to a spec that runs as it stands: what is guessed, and why."""

from rnnsearch.guessing._base import Guess, Setting, Wishes
from rnnsearch.guessing.arrays import guess_arrays
from rnnsearch.guessing.guess import guess
from rnnsearch.guessing.yaml_text import write_text

__all__ = ["Guess", "Setting", "Wishes", "guess", "guess_arrays", "write_text"]
