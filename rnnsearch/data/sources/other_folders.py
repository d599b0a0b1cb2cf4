"""Folders of files that are not read from there: what is in them, and how it gets into one file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from rnnsearch.data.sources.array_names import usual_names
from rnnsearch.data.sources.foreign import binary
from rnnsearch.data.sources.packed import unpacked, without_packing
from rnnsearch.data.splits import said_part

__all__ = ["other_files", "pairs_beside"]

_FOLDERS = {
    (".txt",): "texts, a file each: write them to one table: pandas.DataFrame({'text': "
    "file.read_text(), 'label': file.parent.name} for file in pathlib.Path(NAME).rglob('*.txt'))"
    ".to_csv('data.csv', index=False)",
    (".csv", ".tsv"): "give the path of one table; tables of a series each belong below each "
    "other: pandas.concat(pandas.read_csv(file, dtype=str, keep_default_na=False)"
    ".assign(series=file.stem) for file in pathlib.Path"
    "(NAME).rglob('*.csv')).to_csv('data.csv', index=False); of tables with a folder for each "
    "class, save the rows of each as x and the folder's name as y: numpy.savez('data.npz', x=x, "
    "y=y)",
    (".arff",): "archives have the same data as .ts; or write each to another folder as a table, "
    "and give that: os.makedirs('tables'); [pandas.DataFrame(scipy.io.arff.loadarff(str(file))[0])"
    ".map(lambda cell: cell.decode() if isinstance(cell, bytes) else cell).to_csv(f'tables/"
    "{file.stem}.csv', index=False) for file in pathlib.Path(NAME).rglob('*.arff')]",
    (".parquet",): "parts of a table: write them to one: pandas.read_parquet(NAME)"
    ".to_parquet('data.parquet')",
    (".npy",): "arrays: a spec with source: npy reads a folder of x.npy and y.npy; of a file a "
    "sequence, numpy.savez('data.npz', x=x, y=y)",
    (".m4a", ".aac", ".wma", ".amr", ".mp4", ".mov", ".avi", ".mkv", ".webm"): "recordings of "
    "another kind: write the sound as .wav: ffmpeg -i a.mp4 a.wav; of films the pictures: ffmpeg "
    "-i a.mp4 a/%04d.png",
    (".heic", ".avif", ".jp2", ".dcm"): "pictures of another kind: write them as .png",
}
"""What is in a folder, and what to do with it."""
_OF_NUMBERS = (
    "arrays as texts: put those of each quantity behind each other, x = numpy.stack([numpy.loadtxt"
    "(file) for file in FILES], axis=2), and save them with their targets, y = numpy.loadtxt(FILE, "
    "str): numpy.savez('data.npz', x_train=x, y_train=y, x_test=…, y_test=…)"
)
_OF_LINES = (
    "lines of each class in a file: write them to one table: pandas.DataFrame([(line, file.stem) "
    "for file in pathlib.Path(NAME).rglob('*.txt') for line in file.read_text('utf-8')"
    ".splitlines()], columns=['text', 'label']).to_csv('data.csv', index=False)"
)
_OF_PARTS = (
    "a long text in parts: write them behind each other, training first, validation, then test, "
    "pathlib.Path('data.txt').write_text(''.join(pathlib.Path(name).read_text() for name in "
    "FILES)), and set data.split: {validation: SHARE, test: SHARE} to the shares of the last two"
)
"""What to do with a folder of .txt files that are no texts, a file each."""
_NAMED_ARRAYS = (
    "arrays in files of their own: put them into one: numpy.savez('data.npz', **{file.stem: "
    "numpy.load(file) for file in pathlib.Path(NAME).glob('*.npy')})"
)
_ARRAYS_OF_CLASSES = (
    "an array a sequence, in folders of classes: fill them up with NaN to one length: files = "
    "sorted(pathlib.Path(NAME).rglob('*.npy')); rows = [numpy.load(file) for file in files]; x = "
    "numpy.full((len(rows), max(map(len, rows)), *rows[0].shape[1:]), numpy.nan); [x.__setitem__("
    "(at, slice(len(row))), row) for at, row in enumerate(rows)]; numpy.savez('data.npz', x=x, "
    "y=[file.parent.name for file in files])"
)
_TEXTS_OF_PARTS = (
    "texts, a file each, in folders of parts and classes: write them to one table: "
    "pandas.DataFrame({'text': file.read_text('utf-8'), 'label': file.parent.name, 'split': "
    "file.parent.parent.name} for file in pathlib.Path(NAME).rglob('*.txt') if file.parent.parent"
    ".name in PARTS and file.parent.name in CLASSES).to_csv('data.csv', index=False)"
)
_TOKENIZED = {".tokens", ".tok", ".raw"}
"""Endings of long texts in parts."""
_TEXTS_ANY = (
    "texts, a file each: write them to one table: pandas.DataFrame({'text': file.read_text("
    "'utf-8', 'replace'), 'label': file.parent.name} for file in pathlib.Path(NAME).rglob('*') if "
    "file.is_file()).to_csv('data.csv', index=False)"
)
_FEWEST_LINES, _LONGEST_LINE, _FILES = 20, 60, 20
"""Lines of a usual file and letters of a usual line where each is an example; files looked at."""
_LANGUAGE = re.compile(r"[._-]([a-z]{2,3})(?=(?:\.txt)?$)", re.IGNORECASE)


def other_files(folder: Path) -> tuple[str, str]:
    """What is in a folder of files that are not read from there, and what to do, as advice."""
    every = sorted(folder.rglob("*"))
    files = [file for file in every if file.is_file() and file.name[0] != "."]
    beside = _line_by_line(files)
    if beside:
        return beside
    if files and all(map(_is_text_without_ending, files)) and len({f.parent for f in files}) > 1:
        return "texts, whose names have no ending", _TEXTS_ANY.replace("NAME", repr(str(folder)))
    if files and {file.suffix.lower() for file in files} <= _TOKENIZED and _in_parts(files):
        return f"a folder with {len(files)} texts", _OF_PARTS
    counts = Counter(file.suffix.lower() for file in files)
    for ending, count in counts.most_common():
        for endings, way in _FOLDERS.items():
            if ending in endings:
                way = _of_texts(files) or _with_parts(way, files) if ending == ".txt" else way
                way = _of_arrays(files) or way if ending == ".npy" else way
                advice = way.replace("NAME", repr(str(folder)))
                return f"a folder with {count} {ending} files", advice
    return "a folder without such files", "give the path of your data"


def _with_parts(way: str, files: Sequence[Path]) -> str:
    """The line that writes a table of texts, with a column of the parts where folders say them."""
    outer = {file.parent.parent.name.lower() for file in files}
    if not {"train", "test"} <= outer:
        return way
    label = "'label': file.parent.name"
    return way.replace(label, f"{label}, 'split': file.parent.parent.name")


def _of_texts(files: Sequence[Path]) -> str:
    """What to do with .txt files that hold numbers, or an example a line; "" where they don't."""
    texts = [file for file in files if file.suffix.lower() == ".txt"]
    lines = []
    for file in texts[:: max(1, len(texts) // _FILES)]:
        with file.open("rb") as opened:
            lines.append([line.rstrip() for line in islice(opened, 500)])
    of_parts = _of_parts(texts)
    if of_parts:
        return of_parts
    numbers = sum(_all_numbers(found[0]) for found in lines if found)
    if numbers * 2 > len(lines):
        return _OF_NUMBERS
    usual = sorted(map(len, lines))[len(lines) // 2]
    longest = sorted(len(line) for found in lines for line in found)
    short = bool(longest) and longest[len(longest) // 2] <= _LONGEST_LINE
    together = len({file.parent for file in texts}) == 1 < len(texts)
    if together and _in_parts(texts):
        return _OF_PARTS
    return _OF_LINES if together and short and usual >= _FEWEST_LINES else ""


def _all_numbers(line: bytes) -> bool:
    """Whether a line holds numbers only."""
    try:
        return bool([float(cell) for cell in line.split()])
    except ValueError:
        return False


def _in_parts(files: Sequence[Path]) -> bool:
    """Whether a word of a name says that a file is for training: ``ptb.train.txt``."""
    return "train" in {said_part(word) for file in files for word in re.split("[._-]", file.stem)}


def _is_text_without_ending(path: Path) -> bool:
    """Whether a name ends in no letters, and the file is a text: newsgroups' 10023."""
    bare = not path.suffix or path.suffix[1:].isdecimal()
    return bare and not binary(path.read_bytes()[:4000])


def _of_arrays(files: Sequence[Path]) -> str:
    """What to do with .npy files: the arrays of a set, or a file a sequence."""
    arrays = [file for file in files if file.suffix.lower() == ".npy"]
    names = {*usual_names([file.stem for file in arrays]).values()}
    if names & {"x", "x_train"} and names & {"y", "y_train"}:
        return _NAMED_ARRAYS
    return _ARRAYS_OF_CLASSES if len({file.parent for file in arrays}) > 1 else ""


def _of_parts(texts: Sequence[Path]) -> str:
    """What to do with texts in folders of parts and classes, as reviews of films are; "" of others.

    What is in the folders of one part alone, unsup, has no class.
    """
    classes: dict[str, set[str]] = {}
    for file in texts:
        classes.setdefault(file.parent.parent.name, set()).add(file.parent.name)
    parts = [name for name in classes if said_part(name)]
    if len(parts) < 2:
        return ""
    shared = set.intersection(*(classes[name] for name in parts))
    if len(shared) < 2:
        return ""
    return _TEXTS_OF_PARTS.replace("PARTS", str(parts)).replace("CLASSES", str(sorted(shared)))


def _line_by_line(files: Sequence[Path]) -> tuple[str, str] | None:
    """What texts are that belong together line by line, and what to do; None of others.

    They have one name, but for the language: ``train.en`` and ``train.de``, ``a.en.txt``. So may
    those of several parts.
    """
    named = [(_LANGUAGE.search(without_packing(file.name)), file) for file in files]
    found = [(match[1], file) for match, file in named if match]
    languages = sorted({language for language, _ in found})
    stems: dict[str, list[Path]] = {}
    for _, file in found:
        stems.setdefault(_LANGUAGE.sub("", without_packing(file.name)), []).append(file)
    if len(found) < len(files) or len(languages) != 2:
        return None
    if any(len(pair) != 2 for pair in stems.values()):
        return None
    contents = {file: unpacked(file.read_bytes()) for _, file in found}
    if any(map(binary, contents.values())):
        return None
    lines = {file: content.rstrip(b"\n").count(b"\n") + 1 for file, content in contents.items()}
    said = ", ".join(f"{lines[file]:,} lines in {file.name}" for _, file in found)
    frames = [_frame(stem, pair, len(stems) > 1) for stem, pair in sorted(stems.items())]
    frame = frames[0] if len(frames) == 1 else f"pandas.concat([{', '.join(frames)}])"
    way = f"write the pairs of lines to one table: {frame}"
    way += ".to_csv('pairs.tsv', sep='\\t', index=False)"
    if any(lines[one] != lines[other] for one, other in stems.values()):
        way = "find the lines that one of them lacks; then " + way
    return f"{'two texts' if len(found) == 2 else 'texts'}, line by line: {said}", way


def _frame(stem: str, pair: Sequence[Path], parts: bool) -> str:
    """Python that makes a frame of two texts; with their part, where there are several."""
    columns = [
        f"'{match[1]}': {_opened(file)}.strip('\\n').split('\\n')"
        for file in pair
        if (match := _LANGUAGE.search(without_packing(file.name)))
    ]
    part = f", 'part': '{said_part(re.split('[._-]', stem)[0]) or stem}'" if parts else ""
    return f"pandas.DataFrame({{{', '.join(columns)}{part}}})"


def _opened(file: Path) -> str:
    """Python that reads a text, packed or not."""
    if file.suffix.lower() == ".gz":
        return f"gzip.open('{file}', 'rt', encoding='utf-8').read()"
    return f"pathlib.Path('{file}').read_text('utf-8')"


def pairs_beside(path: Path) -> tuple[str, str] | None:
    """What a text and that of another language beside it are, line by line; None if none is."""
    match = _LANGUAGE.search(path.name)
    if match is None or path.suffix.lower() == ".txt":
        return None
    stem = _LANGUAGE.sub("", path.name)
    others = [
        file
        for file in sorted(path.parent.iterdir())
        if file != path and _LANGUAGE.search(file.name) and _LANGUAGE.sub("", file.name) == stem
    ]
    return _line_by_line([path, *others]) if len(others) == 1 else None
