"""Files of other programs: how what is in them gets into one that is read here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

__all__ = ["foreign", "other_files", "way_out"]

_CSV = "to_csv('data.csv', index=False)"
_WAYS = {
    (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"): "save the sheet as CSV, or write it as a table: "
    f"pandas.read_excel(NAME).{_CSV}",
    (
        ".json",
    ): f"write it as a table: pandas.read_json(NAME, dtype=False).{_CSV}; of records below "
    f"a key pandas.json_normalize(json.load(open(NAME))[KEY]).{_CSV}",
    (".jsonl", ".ndjson"): "write it as a table: pandas.read_json(NAME, lines=True, dtype=False)."
    f"{_CSV}",
    (".feather", ".arrow"): "write it as Parquet: "
    "pandas.read_feather(NAME).to_parquet('data.parquet')",
    (".orc",): "write it as Parquet: pandas.read_orc(NAME).to_parquet('data.parquet')",
    (".pkl", ".pickle"): "write the frame or the arrays that are in it: frame.to_parquet"
    "('data.parquet'), numpy.savez('data.npz', x=x, y=y)",
    (".mat",): "write its arrays: found = scipy.io.loadmat(NAME); numpy.savez('data.npz', "
    "x=found['x'], y=found['y']), under the names that print(found.keys()) shows",
    (".h5", ".hdf5", ".hdf"): "write its arrays: found = h5py.File(NAME); numpy.savez('data.npz', "
    "x=found['x'][:], y=found['y'][:]), under the names that print(list(found)) shows; a frame of "
    f"pandas: pandas.read_hdf(NAME).{_CSV}",
    (".nc",): f"write it as a table: xarray.open_dataset(NAME).to_dataframe().reset_index().{_CSV}",
    (".npy",): "one array has no targets: numpy.savez('data.npz', x=x, y=y), or give a folder of "
    "x.npy and y.npy to a spec with source: npy",
    (".arff",): "archives have the same data as .ts; or write it as a table: pandas.DataFrame("
    "scipy.io.arff.loadarff(NAME)[0]).map(lambda cell: cell.decode() if isinstance(cell, bytes) "
    f"else cell).{_CSV}",
    (".tsf",): "write its series below each other: sktime.datasets.load_tsf_to_dataframe(NAME)[0]"
    f".reset_index().{_CSV}",
    (".tsfile",): f"write it as a table: tsfile.to_dataframe(NAME).{_CSV}",
    (".sas7bdat", ".xpt"): f"write it as a table: pandas.read_sas(NAME, encoding='utf-8').{_CSV}",
    (".dta",): f"write it as a table: pandas.read_stata(NAME).{_CSV}",
    (".sav",): f"write it as a table: pandas.read_spss(NAME).{_CSV}",
    (".edf", ".bdf"): "write its signals, a row a time step: mne.io.read_raw_edf(NAME)"
    f".to_data_frame().{_CSV}",
    (".db", ".sqlite", ".sqlite3"): f"write a query as a table: pandas.read_sql(QUERY, URL).{_CSV}",
    (".conll", ".conllu", ".iob", ".bio"): "write a table with a row a sentence: its words, and "
    "its tags in a second column, set apart by spaces",
    (".fastq", ".fq"): "write it as FASTA, with the class in the header",
    (".gz", ".zip", ".bz2", ".xz", ".zst", ".tar", ".7z"): "unpack it first",
    (
        ".wav",
        ".mp3",
        ".flac",
        ".ogg",
        ".m4a",
        ".png",
        ".jpg",
        ".jpeg",
        ".bmp",
        ".gif",
        ".tif",
        ".tiff",
    ): "give the folder with a folder of such files for each class",
    (".tsv.gz", ".dat", ".data", ".asc", ".tab", ".log"): "if it is a table or text, rename it to "
    "end in .csv or .txt",
    (".md", ".rst", ".tex", ".py", ".js", ".c", ".srt", ".html", ".htm", ".xml"): "if it is a text "
    "to go on with, rename it to end in .txt",
    (".yaml", ".yml"): "this is a spec: give it to check or search, and init the data",
}
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
"""What to do with a folder of .txt files that are no texts, a file each."""
_FEWEST_LINES, _LONGEST_LINE, _FILES = 20, 60, 20
"""Lines of a usual file and letters of a usual line where each is an example; files looked at."""
_LANGUAGE = re.compile(r"[._-]([a-z]{2,3})(?=(?:\.txt)?$)", re.IGNORECASE)
_IN_TEXTS = bytes([*b"\t\n\v\f\r\x1b", *range(32, 127), *range(128, 256)])
_NOT_TEXT, _SOME = 0.02, 16
"""Share and number of bytes that are in no text, from which on a file is none."""
_BEGINNINGS = {
    b"PK\x03\x04": "a workbook of Excel, or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old workbook of Excel",
    b"\x1f\x8b": "packed by gzip",
    b"BZh": "packed by bzip2",
    b"\xfd7zXZ": "packed by xz",
    b"PAR1": "Parquet, which ends in .parquet",
    b"\x89HDF": "HDF5",
    b"%PDF": "a PDF",
    b"SQLite format 3": "a database",
    b"\x93NUMPY": "an array of NumPy",
    b"ARROW1": "Feather or Arrow",
    b"version https://git-lfs": "a pointer of Git LFS: git lfs pull fetches the file itself",
    b"<!doctype html": "a web page, not what it leads to",
    b"<html": "a web page, not what it leads to",
    b"<?xml": "XML",
    b"[{": "JSON: pandas.read_json reads it",
    b'{"': "JSON: pandas.read_json reads it, perhaps with lines=True",
}


def way_out(path: Path) -> str:
    """What to do with a file of this ending, as advice; "" where nothing is known."""
    ending = path.suffix.lower()
    advice = next((way for endings, way in _WAYS.items() if ending in endings), "")
    return advice.replace("NAME", repr(path.name))


def other_files(folder: Path) -> tuple[str, str]:
    """What is in a folder of files that are not read from there, and what to do, as advice."""
    every = sorted(folder.rglob("*"))
    files = [file for file in every if file.is_file() and file.name[0] != "."]
    beside = _line_by_line(files)
    if beside:
        return beside
    counts = Counter(file.suffix.lower() for file in files)
    for ending, count in counts.most_common():
        for endings, way in _FOLDERS.items():
            if ending in endings:
                way = _of_texts(files) or _with_parts(way, files) if ending == ".txt" else way
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
    numbers = sum(_all_numbers(found[0]) for found in lines if found)
    if numbers * 2 > len(lines):
        return _OF_NUMBERS
    usual = sorted(map(len, lines))[len(lines) // 2]
    longest = sorted(len(line) for found in lines for line in found)
    short = bool(longest) and longest[len(longest) // 2] <= _LONGEST_LINE
    together = len({file.parent for file in texts}) == 1 < len(texts)
    return _OF_LINES if together and short and usual >= _FEWEST_LINES else ""


def _all_numbers(line: bytes) -> bool:
    """Whether a line holds numbers only."""
    try:
        return bool([float(cell) for cell in line.split()])
    except ValueError:
        return False


def _line_by_line(files: Sequence[Path]) -> tuple[str, str] | None:
    """What two texts are that belong together line by line, and what to do; None of others.

    They have one name, but for the language: ``train.en`` and ``train.de``, ``a.en.txt``.
    """
    if len(files) != 2 or not all(_LANGUAGE.search(file.name) for file in files):
        return None
    if len({_LANGUAGE.sub("", file.name) for file in files}) > 1:
        return None
    contents = [file.read_bytes() for file in files]
    if any(_binary(content) for content in contents):
        return None
    lines = [content.rstrip(b"\n").count(b"\n") + 1 for content in contents]
    names = [match[1] for file in files if (match := _LANGUAGE.search(file.name))]
    said = ", ".join(f"{n:,} lines in {f.name}" for n, f in zip(lines, files, strict=True))
    columns = ", ".join(
        f"'{name}': pathlib.Path('{file}').read_text().strip('\\n').split('\\n')"
        for name, file in zip(names, files, strict=True)
    )
    way = (
        "write the pairs of lines to one table: pandas.DataFrame({"
        + columns
        + "}).to_csv('pairs.tsv', sep='\\t', index=False)"
    )
    if lines[0] != lines[1]:
        way = "find the lines that one of them lacks; then " + way
    return f"two texts, line by line: {said}", way


def foreign(content: bytes, *, as_text: bool = False) -> str:
    """What a file is that is no table, by its first bytes; "" where nothing says it.

    Args:
        content: Of the file.
        as_text: Whether it is to be read as a text, which a web page is, and JSON.
    """
    begin = content[:64].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    found = (
        what
        for first, what in _BEGINNINGS.items()
        if (content.startswith(first) or begin.startswith(first))
        and not (as_text and first[:1] in (b"<", b"[", b"{"))
    )
    return next(found, "") or ("binary: it has bytes that no text has" if _binary(content) else "")


def _binary(content: bytes) -> bool:
    """Whether many bytes at the beginning are none of letters, digits and line ends.

    UTF-16 has zeros at every second place, and a mark at its beginning.
    """
    head = content[:4000]
    zeros = max(head[::2].count(0), head[1::2].count(0))
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or zeros > len(head) / 8:
        return False
    return len(head.translate(None, _IN_TEXTS)) > max(_SOME, _NOT_TEXT * len(head))
