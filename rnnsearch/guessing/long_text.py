"""A guess for one long text, of which each next character is predicted."""

from __future__ import annotations

from rnnsearch.guessing._base import Guess, Setting, Wishes, check_wishes, refuse
from rnnsearch.guessing.budget import Job, Written, judged_share, search_settings, writing_settings
from rnnsearch.vocabulary import MANY_TO_MANY

__all__ = ["guess_stream", "is_prose"]

_TASK = MANY_TO_MANY.name
_FEWEST = 2000
"""Characters; fewer teach nothing that could be judged."""
_WINDOW = 48
"""T: longer than most words and short of most sentences; the state flows on."""
_SHARE = 0.1
"""Of the validation part, and of the test part."""
_JUDGED = 50_000
"""Validation characters that tell two networks apart; more only take time."""
_MOST_KNOWN = 2000


def is_prose(text: str) -> bool:
    """Whether it is no table of numbers: less than half of what is seen are digits."""
    seen = "".join(text.split())
    return sum(map(str.isdecimal, seen)) * 2 < len(seen)


def guess_stream(text: str, wishes: Wishes) -> Guess:
    """A spec for a text.

    Args:
        text: The whole of it.
        wishes: What the user said.

    Raises:
        InvalidData: No spec for it would run; with the reason.
    """
    check_wishes(wishes, [_TASK], "a long text", target="leave it out: the next token is predicted")
    if len(text) < _FEWEST:
        must = f"must have at least {_FEWEST} characters"
        refuse(must, str(len(text)), "give a longer text")
    share = judged_share(_SHARE, _JUDGED, len(text))
    known = len(set(text[: round(len(text) * (1 - 2 * share))]))
    job = _job(len(text), share, min(known, _MOST_KNOWN))
    found = [
        Setting("source", "text", f"{len(text):,} characters"),
        Setting("path", None),
        Setting("tokens", "characters", f"a step is one of {known}; or words, of a very long text"),
        Setting("window", _WINDOW, "steps after which the gradient is cut; the state flows on"),
    ]
    if known > _MOST_KNOWN:
        why = "frequent characters; all others are one"
        found.insert(3, Setting("max_vocabulary", _MOST_KNOWN, why))
    why = "the end of the text tests, what stands before it validates"
    found.append(Setting("split", {"validation": share, "test": share}, why))
    objective = Setting("objective", "val_bits", "bits a character: fewer are better")
    return Guess(
        Setting("task", _TASK, "at each character, the next one is predicted"),
        tuple(found),
        writing_settings(job),
        search_settings(job, objective, wishes.cores),
    )


def _job(count: int, share: float, known: int) -> Job:
    """How much there is to train on, in windows."""
    train = round(count * (1 - 2 * share))
    return Job(
        train=max(1, train // _WINDOW),
        validation=max(1, round(count * share) // _WINDOW),
        steps=_WINDOW,
        written=Written(train, 0, known, embedding=16),
        most_batch=32,
        trials=(8, 16),
        epochs=(4, 40),
    )
