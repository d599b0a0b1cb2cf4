"""A strict reader of YAML: plain values, and where in the file each of them stands.

PyYAML scans, parses and composes; the values are made here. There is no constructor, so
nothing in a file can run code, and words mean what `rnnsearch.spec.scalars` says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yaml.composer import Composer
from yaml.error import Mark, MarkedYAMLError, YAMLError
from yaml.nodes import Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from rnnsearch.errors import Location, Problem
from rnnsearch.spec.scalars import UnclearScalar, read_plain
from rnnsearch.spec.wording import child, show
from rnnsearch.spec.yaml_syntax import invalid, place_of, syntax_error, unreadable

__all__ = ["Document", "read_file", "read_text"]

_LARGEST_FILE = 1_000_000
_MOST_NODES = 20_000
_DEEPEST = 20


@dataclass
class Document:
    """A file's content.

    Attributes:
        value: Dicts, lists, texts, numbers, booleans and None.
        locations: Dotted path → place: of the key in a mapping, of the item in a list.
        problems: What is wrong in places, where the rest could be read.
    """

    value: Any
    locations: dict[str, Location] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def locate(self, path: str) -> Location | None:
        """The place of `path`, or of the nearest thing above it that is written."""
        while path and path not in self.locations:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.locations.get(path)


def read_file(path: Path) -> Document:
    """Read a YAML file.

    Raises:
        InvalidSpec: It can't be read, or is not YAML.
    """
    file = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST_FILE + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise invalid(Location(file), "must be a file that can be read", reason) from None
    except ValueError as error:
        raise invalid(Location(file), "must be a file that can be read", str(error)) from None
    if len(data) > _LARGEST_FILE:
        raise invalid(
            Location(file),
            "must be a YAML spec of at most 1 MB",
            "a larger file",
            "give the spec, not the data",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise invalid(
            Location(file, line, column),
            "must be text in UTF-8",
            f"the byte 0x{data[error.start]:02x}",
            "save the file as UTF-8",
        ) from None
    return read_text(text, file)


def read_text(text: str, file: str) -> Document:
    """Read YAML from a text; `file` is its name in locations.

    Raises:
        InvalidSpec: It is not YAML, is empty, or holds several documents.
    """
    try:
        root = _Composed(text).get_single_node()
    except _Refused as error:
        raise invalid(
            place_of(file, error.mark), error.must, error.received, error.advice
        ) from None
    except ReaderError as error:
        raise unreadable(text, file, error) from None
    except MarkedYAMLError as error:
        raise syntax_error(file, error) from None
    except (YAMLError, ValueError, OverflowError) as error:
        raise invalid(Location(file), "must be valid YAML", show(str(error))) from None
    if root is None:
        raise invalid(
            Location(file, 1, 1), "must be a spec", "an empty file", "write task:, data: and space:"
        )
    reader = _NodeReader(file)
    reader.document.locations[""] = place_of(file, root.start_mark)
    reader.document.value = reader.read(root, "")
    return reader.document


class _Refused(Exception):
    """Something that YAML has and a spec must not."""

    def __init__(self, mark: Mark, must: str, received: str, advice: str) -> None:
        super().__init__(must)
        self.mark = mark
        self.must = must
        self.received = received
        self.advice = advice


class _Composed(Reader, Scanner, Parser, Composer, BaseResolver):
    """PyYAML up to the graph of nodes; refuses tags and bounds the depth."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self._depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """As PyYAML does; a tag is refused."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise _Refused(
                event.start_mark,
                "must not have a tag",
                tag.replace("tag:yaml.org,2002:", "!!"),
                "remove the tag: a spec holds plain values only",
            )
        if self._depth > _DEEPEST:
            raise _Refused(
                event.start_mark,
                f"must be nested at most {_DEEPEST} deep",
                "more",
                "see docs/spec.md for the form of a spec",
            )
        self._depth += 1
        node: Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _NodeReader:
    """Makes values of nodes, noting places and problems."""

    def __init__(self, file: str) -> None:
        self.document = Document(None)
        self._file = file
        self._nodes = 0
        self._open: set[int] = set()

    def read(self, node: Node, path: str) -> Any:
        """A node's plain value, with where it stands noted by its path."""
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise invalid(
                place_of(self._file, node.start_mark),
                f"must hold at most {_MOST_NODES} values once aliases are written out",
                "more",
                "use fewer aliases (*name)",
            )
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        if id(node) in self._open:
            self._problem(
                path, "must not contain itself", "an alias of its own anchor", "write it out"
            )
            return None
        self._open.add(id(node))
        if isinstance(node, SequenceNode):
            value: Any = self._sequence(node, path)
        else:
            value = self._mapping(node, path)
        self._open.discard(id(node))
        return value

    def _sequence(self, node: SequenceNode, path: str) -> list[Any]:
        values = []
        for index, item in enumerate(node.value):
            inner = f"{path}[{index}]"
            self.document.locations[inner] = place_of(self._file, item.start_mark)
            values.append(self.read(item, inner))
        return values

    def _mapping(self, node: Node, path: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            place = place_of(self._file, key_node.start_mark)
            key = self._key(key_node, path, place)
            if key is None:
                continue
            inner = child(path, key)
            if key in lines:
                must = f"must be written once; the first is in line {lines[key]}"
                self._problem(inner, must, "it again", "remove one of the two", place)
                continue
            lines[key] = key_node.start_mark.line + 1
            self.document.locations[inner] = place
            values[key] = self.read(value_node, inner)
        return values

    def _key(self, node: Node, path: str, place: Location) -> str | None:
        plain = isinstance(node, ScalarNode) and node.style is None
        if plain and node.value == "<<":
            must, received, advice = "must not merge mappings", "<<", "write the keys out"
        elif plain and _reads_as_other(node.value):
            must, received, advice = "must have texts as keys", node.value, "put it in quotes"
            if node.value == "":
                received, advice = "nothing", "write a key before the colon"
        elif isinstance(node, ScalarNode):
            key: str = node.value
            if _is_unicode(key):
                return key
            must, received, advice = "must hold valid characters", ascii(key), ""
        else:
            must, received, advice = "must have texts as keys", "a list or mapping", ""
        self._problem(path, must, received, advice, place)
        return None

    def _scalar(self, node: ScalarNode, path: str) -> Any:
        text: str = node.value
        if not _is_unicode(text):
            self._problem(path, "must hold valid characters", ascii(text), "")
            return "?"
        if node.style is not None:
            return text
        try:
            return read_plain(text)
        except UnclearScalar as error:
            self._problem(path, error.must, text, error.advice)
            return text

    def _problem(
        self, path: str, must: str, received: str, advice: str, place: Location | None = None
    ) -> None:
        place = place or self.document.locations.get(path)
        if len(received) > 70:
            received = received[:69] + "…"
        self.document.problems.append(Problem(path, must, received, advice, place))


def _reads_as_other(word: str) -> bool:
    try:
        return not isinstance(read_plain(word), str)
    except UnclearScalar:
        return True


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
