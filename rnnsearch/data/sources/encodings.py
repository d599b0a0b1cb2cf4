"""What bytes say as text: UTF-8 where they are, else the encoding that their words speak for."""

from __future__ import annotations

import codecs
import re

__all__ = ["decode"]

_WESTERN = "cp1252"
_NAMED = {_WESTERN: "Latin-1"}
"""What an encoding is called, where not by its name."""

_KNOWN = {
    "gb18030": "gb18030",
    "big5hkscs": "big5hkscs",
    "cp932": "cp932",
    "euc_jis_2004": "euc_jp",
    "cp949": "cp949",
    "koi8-r": "koi8-u",  # the same Russian letters, and Ukraine's
    "mac-roman": "mac-roman",
    **{
        name: name
        for name in (
            *("cp1250", "cp1251", _WESTERN, "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
            *("iso8859-2", "iso8859-5", "iso8859-7", "koi8-u", "cp874"),
            *("cp437", "cp850", "cp852", "cp866"),
        )
    },
}
"""Encodings in which tables are still written, as they are told apart and as they are read."""

_LATIN = {"cp1250", "cp1254", "cp1257", "iso8859-2", "mac-roman", "cp437", "cp850", "cp852"}
"""Encodings of letters that differ from Western ones in accents, which few words tell apart."""
_NEARLY = 0.7
"""Share of the best one's confidence from which the Western encoding is taken for its letters."""

_MARKS = re.compile(rb"[\x00-\x7f\x80\x85\x91-\x97\xa0\xa3\xa7\xb0-\xb5\xb7\xbc-\xbe\xd7]*")
"""Bytes of a Western file without accents: °, µ, ², €, quotation marks and dashes."""
_LETTER = re.compile(rb"[\x80-\xff]{2}|[A-Za-z][\x80-\xff][A-Za-z]")
_WESTERN_LETTERS = re.compile(rb"[\x00-\x7f\xa0-\xff]*")

_BROKEN, _RARELY = "\ufffd", 10
"""What stands for bytes that are no UTF-8; and letters that are, of each such place."""
_FOREIGN = re.compile(r"[^\x00-\x7f\ufffd]+")

_ENDS = re.compile(rb"[\x00-\x3f]+")
"""Blanks, digits and separators, which are so in all of these encodings."""
_ENOUGH = 1 << 16
"""Bytes of different words that tell."""
_WORD = re.compile(r"[^\W\d_]*[^\W\d_\x00-\x7f][^\W\d_]*")


def decode(content: bytes, encoding: str | None) -> tuple[str, str, str]:
    """The text of a file; a note where its encoding had to be guessed; and which was found so.

    What is UTF-8, and not ASCII, is read as that whatever was said of it: no other text is so by
    accident, and new files are read with the encoding that the first one had.

    Raises:
        UnicodeError, LookupError: It has not the encoding that is given.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16"), "" if encoding else "it is read as UTF-16", ""
    if encoding is not None:
        return _as_said(content, encoding)
    text = _utf8(content)
    if text is not None and "\0" not in text:
        return text, "", ""
    zeros = [content[start:4000:2].count(0) for start in (0, 1)]
    if max(zeros) > len(content[:4000]) / 8:
        name = "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
        return content.decode(name), f"it is read as {name.upper()} (data.dialect.encoding)", ""
    if text is not None:
        return text, "", ""
    _check_whole(content)
    name = _guess(content)
    text = content.decode(name)
    called = _NAMED.get(name, name)
    said = f"it is no UTF-8, and read as {called}{_example(text)} (data.dialect.encoding)"
    return text, said, name


def _as_said(content: bytes, encoding: str) -> tuple[str, str, str]:
    """The text by an encoding that the user, or the file that was learned from, says."""
    utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")
    text = None if utf8 or content.isascii() else _utf8(content)
    if text is not None and "\0" not in text:
        return text, f"it is read as UTF-8, which it is, and not as {encoding}", ""
    return content.decode(encoding).removeprefix("\ufeff"), "", ""


def _utf8(content: bytes) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _check_whole(content: bytes) -> None:
    """UTF-8 with a few bytes that are none is of two encodings, or was cut: no other reads it.

    Raises:
        UnicodeError: It is such.
    """
    text = content.decode("utf-8", "replace")
    broken = text.count(_BROKEN)
    if broken * _RARELY < sum(len(run) for run in _FOREIGN.findall(text)):
        line = text.count("\n", 0, text.index(_BROKEN)) + 1
        more = f", and in {broken - 1} more places" if broken > 1 else ""
        raise UnicodeError(f"UTF-8, but not in line {line}{more}")


def _guess(content: bytes) -> str:
    """The encoding of a text that is no UTF-8, by its different words.

    It is the Western one where that reads the same: new files have other letters.
    """
    words = [word for word in _words(content) if not _MARKS.fullmatch(word) or _LETTER.search(word)]
    found = _likely(b"\n".join(words)) if words else []
    for name in (*found, _WESTERN):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        return _WESTERN if name in _LATIN and text == content.decode(_WESTERN, "ignore") else name
    return "latin-1"


def _likely(text: bytes) -> list[str]:
    """Encodings that a text may be in, the likeliest first."""
    import chardet

    found = chardet.detect_all(
        text,
        ignore_threshold=True,
        max_bytes=2 * _ENOUGH,
        compat_names=False,
        include_encodings=_KNOWN,
        no_match_encoding=_WESTERN,
    )
    sure = {str(one["encoding"]): one["confidence"] for one in found}
    names = list(sure)
    close = sure.get(_WESTERN, 0.0) >= _NEARLY * sure[names[0]]
    if names[0] in _LATIN and close and _WESTERN_LETTERS.fullmatch(text):
        names.insert(0, _WESTERN)
    return [_KNOWN.get(name, _WESTERN) for name in names]


def _words(content: bytes) -> list[bytes]:
    """Different words that are no ASCII: what comes again and again says no more than once."""
    found: dict[bytes, None] = {}
    size = 0
    for line in re.finditer(rb"[^\r\n]+", content):
        if line[0].isascii():
            continue
        for word in _ENDS.split(line[0]):
            if not word.isascii() and word not in found:
                found[word] = None
                size += len(word)
        if size > _ENOUGH:
            break
    return list(found)


def _example(text: str) -> str:
    """A word that shows whether it was right: the longest of the first ones."""
    words = [found[0] for found, _ in zip(_WORD.finditer(text), range(20), strict=False)]
    longest = max(words, key=len, default="")
    return f", as in '{longest[:30]}'" if longest else ""
