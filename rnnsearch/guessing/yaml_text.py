"""A guess as YAML that teaches: every value with its reason beside it."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rnnsearch.guessing._base import Guess, Setting
from rnnsearch.spec.wording import is_text

__all__ = ["write_text"]

_WIDTH = 100
_COMMENT_COLUMN = 38
_PLAIN = re.compile(r"(\.\./)*[A-Za-z_][A-Za-z0-9_./-]*|[0-9]+[mh]", re.ASCII)
_OTHER_READERS = {"yes", "no", "on", "off", "y", "n", "true", "false", "null"}


def write_text(guess: Guess, path: str, heading: Sequence[str]) -> str:
    """The whole document.

    Args:
        guess: What stands in it.
        path: Of the data, as the spec is to name it.
        heading: Lines of comment at its top.
    """
    data = [replace(s, value=path) if s.key == "path" else s for s in guess.data]
    notes = [*([""] if guess.notes else []), *(f"- {note}" for note in guess.notes)]
    lines = [*_comment([*heading, *notes]), "", *_setting(guess.task, "")]
    sections = (("data", data), ("space", guess.space), ("search", guess.search))
    for name, settings in sections:
        lines += ["", f"{name}:"]
        for setting in settings:
            lines += _setting(setting, "  ")
    return "\n".join(lines) + "\n"


def _comment(paragraphs: Iterable[str], indent: str = "") -> list[str]:
    """Lines of comment; commands, which are indented, are not broken."""
    lines: list[str] = []
    for paragraph in map(_printable, paragraphs):
        if not paragraph.strip() or paragraph.startswith("  "):
            lines.append(f"{indent}# {paragraph}".rstrip())
            continue
        more = "  " if paragraph.startswith("- ") else ""
        width = _WIDTH - len(indent) - 2
        wrapped = textwrap.wrap(
            paragraph, width, subsequent_indent=more, break_long_words=False, break_on_hyphens=False
        )
        lines += [f"{indent}# {line}" for line in wrapped]
    return lines


def _setting(setting: Setting, indent: str) -> list[str]:
    """One key: its reason behind it, or above where that is too long."""
    line = f"{indent}{setting.key}: {_flow(setting.value)}"
    lines = [line]
    if len(line) > _WIDTH and isinstance(setting.value, list | tuple):
        lines = [f"{indent}{setting.key}:", *(f"{indent}  - {_flow(v)}" for v in setting.value)]
    why = _printable(setting.why)
    if not why:
        return lines
    behind = f"{lines[0]:<{_COMMENT_COLUMN - 1}}  # {why}"
    if len(behind) <= _WIDTH:
        return [behind, *lines[1:]]
    return [*_comment([why], indent), *lines]


def _flow(value: Any) -> str:
    """A value on one line, as every reader of YAML understands it."""
    if isinstance(value, str):
        return _word(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_word(key)}: {_flow(v)}" for key, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _word(text: str) -> str:
    """A text, in quotes unless it can be nothing else."""
    if _PLAIN.fullmatch(text) and text.lower() not in _OTHER_READERS and is_text(text):
        return text
    return '"' + "".join(map(_quoted, text)) + '"'


def _quoted(character: str) -> str:
    """Within double quotes; JSON would write what lies beyond 16 bits as two characters."""
    if not character.isprintable():
        return f"\\U{ord(character):08x}"
    return json.dumps(character, ensure_ascii=False)[1:-1]


def _printable(text: str) -> str:
    """Without line ends and other characters that a comment can't hold."""
    return "".join(c if c.isprintable() else " " for c in text)
