"""Hooks of MkDocs: pages that lie elsewhere in the repository, and links to its files.

The pages stay readable where they are. Their links are those of the repository; in the site they
lead to its pages, or to a copy of the file. A link to nothing is a warning, which `--strict` makes
an error.
"""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
ELSEWHERE = {
    "README.md": "index.md",
    "benchmarks/README.md": "benchmarks.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changes.md",
}
"""File of the repository → page."""

_LINK = re.compile(r"(\]\()([^)\s#]+)?(#[^)\s]*)?(\))")
_CODE = re.compile(r"(```.*?```|^ {4}[^\n]*$|`[^`\n]+`)", re.DOTALL | re.MULTILINE)
_LOG = logging.getLogger("mkdocs.plugins.site_pages")


def on_files(files: Any, config: Any) -> Any:
    """Add the pages of elsewhere, and files that any page links to."""
    for source, page in ELSEWHERE.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text("utf-8")))
    for source in sorted(_linked()):
        target = f"files/{source}"
        files.append(File.generated(config, target, content=(ROOT / source).read_bytes()))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Have links lead to pages and copies."""
    here = _source_of(page.file.src_uri)

    def relinked(found: re.Match[str]) -> str:
        target, anchor = found.group(2), found.group(3) or ""
        if target is None or "://" in target or target.startswith("mailto:"):
            return found.group(0)
        source = _resolved(here, target)
        if not (ROOT / source).exists():
            _LOG.warning("%s has a link to nothing: %s", here, target)
            return found.group(0)
        link = os.path.relpath(_target(source), Path(page.file.src_uri).parent)
        return f"{found.group(1)}{Path(link).as_posix()}{anchor}{found.group(4)}"

    return _outside_code(markdown, relinked)


def _outside_code(markdown: str, change: Any) -> str:
    parts = _CODE.split(markdown)
    return "".join(
        part if number % 2 else _LINK.sub(change, part) for number, part in enumerate(parts)
    )


def _source_of(page: str) -> str:
    """Where a page lies in the repository."""
    return next((source for source, known in ELSEWHERE.items() if known == page), f"docs/{page}")


def _resolved(here: str, target: str) -> str:
    """A link's target as a path of the repository."""
    return Path(os.path.normpath(Path(here).parent / target)).as_posix()


def _target(source: str) -> str:
    """A path of the repository as one of the site."""
    if source in ELSEWHERE:
        return ELSEWHERE[source]
    path = ROOT / source
    if source.startswith("docs/") and path.is_file():
        return source.removeprefix("docs/")
    return f"files/{source}"


def _linked() -> set[str]:
    """Files outside of docs/ that a page links to."""
    pages = [ROOT / source for source in ELSEWHERE] + sorted((ROOT / "docs").glob("*.md"))
    found = set()
    for page in pages:
        here = page.relative_to(ROOT).as_posix()
        for part in _CODE.split(page.read_text("utf-8"))[::2]:
            for link in _LINK.finditer(part):
                target = link.group(2)
                if target is None or "://" in target:
                    continue
                source = _resolved(here, target)
                inside = source.startswith("docs/") or source in ELSEWHERE
                if not inside and (ROOT / source).is_file():
                    found.add(source)
    return found
