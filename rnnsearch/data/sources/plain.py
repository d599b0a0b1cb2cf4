"""Plain text files, with the messages that every source of them gives."""

from __future__ import annotations

from pathlib import Path

from rnnsearch.data.collecting import Problems
from rnnsearch.data.sources.encodings import decode
from rnnsearch.data.sources.foreign import foreign
from rnnsearch.data.sources.packed import unpacked

__all__ = ["files_below", "read_plain"]


def files_below(path: Path) -> list[Path]:
    """The file itself, or every file of a folder and its folders by name, hidden ones left out."""
    if not path.is_dir():
        return [path]
    found = (file for file in path.rglob("*") if file.is_file())
    return sorted(f for f in found if not any(p.startswith(".") for p in f.relative_to(path).parts))


def read_plain(path: Path, problems: Problems) -> str:
    """The text of a file, line ends as ``\\n``; "" with a problem noted where there is none.

    Where its encoding was guessed, that is noted, too.
    """
    try:
        content = unpacked(path.read_bytes())
        what = foreign(content, as_text=True)
        if what:
            received = f"{path} ({what})"
            problems.add("data.path", "must be a text file", received, "save it as UTF-8 text")
            return ""
        text, said, _ = decode(content, None)
        problems.notes += [said] if said and said not in problems.notes else []
        return text.replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError:
        advice = "a path in a spec is relative to the spec's folder"
        problems.add("data.path", "must be an existing file or folder", str(path), advice)
    except (OSError, UnicodeError) as error:
        must, received = "must be a readable text file", f"{path} ({error})"
        problems.add("data.path", must, received, "save it as UTF-8 text")
    return ""
