"""Files of other programs: how what is in them gets into one that is read here."""

from __future__ import annotations

from pathlib import Path

from rnnsearch.data.sources.foreign_json import way_out_of_json
from rnnsearch.data.sources.workbooks import said_sheets

__all__ = ["binary", "foreign", "way_out"]

_CSV = "to_csv('data.csv', index=False)"
_WAYS = {
    (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"): "save the sheet as CSV, or write it as a table: "
    f"pandas.read_excel(NAME).{_CSV}",
    (
        ".json",
    ): f"write it as a table: pandas.read_json(NAME, dtype=False).{_CSV}; of records below "
    f"a key pandas.json_normalize(json.load(open(NAME))[KEY]).{_CSV}",
    (
        ".jsonl",
        ".ndjson",
    ): f"write it as a table: pandas.read_json(NAME, lines=True, dtype=False).{_CSV}",
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
    (
        ".tmx",
    ): "write its pairs to a table: pandas.DataFrame([[seg.text for seg in unit.iter('seg')] "
    "for unit in xml.etree.ElementTree.parse(NAME).iter('tu')], columns=['source', 'target'])"
    ".to_csv('pairs.csv', index=False)",
    (".conllu",): "write a table with a row a sentence: pandas.DataFrame([[' '.join(line.split("
    "'\\t')[at] for line in lines.splitlines() if line[0] != '#') for at in (1, 3)] for lines in "
    "open(NAME).read().strip().split('\\n\\n')], columns=['words', 'labels'])"
    ".to_csv('data.csv', index=False)",
    (".docx", ".doc", ".odt", ".rtf", ".pdf", ".epub"): "save what is in it as plain text, .txt",
    (".gb", ".gbk", ".genbank"): "write its sequences as FASTA, and the class into each header "
    "line: Bio.SeqIO.convert(NAME, 'genbank', 'data.fasta', 'fasta')",
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
_RELATIONAL = (
    "several quantities in each: archives have the same data as .ts; or x, y = "
    "aeon.datasets.load_from_arff_file(NAME); numpy.savez('data.npz', x=x.swapaxes(1, 2), y=y)"
)
_JSON = (".json", ".jsonl", ".ndjson")
_WORKBOOKS = (".xlsx", ".xlsm")
_HEAD = 1 << 16
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
    b"\0\0\x08\x03": "pictures as MNIST has them, IDX: numpy.frombuffer(open(NAME, 'rb').read(), "
    "numpy.uint8)[16:].reshape(-1, 28, 28) are x, and [8:] of the file of labels y: "
    "numpy.savez('data.npz', x=x, y=y)",
    b"\0\0\x08\x01": "labels as MNIST has them, IDX: numpy.frombuffer(open(NAME, 'rb').read(), "
    "numpy.uint8)[8:] are y, and [16:].reshape(-1, 28, 28) of the file of pictures x: "
    "numpy.savez('data.npz', x=x, y=y)",
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
    if ending in _JSON and path.is_file():
        advice = way_out_of_json(path) or advice
    elif ending in _WORKBOOKS and path.is_file():
        advice += said_sheets(path)
    if ending == ".arff" and b"relational" in path.read_bytes()[:_HEAD].lower():
        advice = _RELATIONAL
    return advice.replace("NAME", repr(path.name))


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
    return next(found, "") or ("binary: it has bytes that no text has" if binary(content) else "")


def binary(content: bytes) -> bool:
    """Whether many bytes at the beginning are none of letters, digits and line ends.

    UTF-16 has zeros at every second place, and a mark at its beginning.
    """
    head = content[:4000]
    zeros = max(head[::2].count(0), head[1::2].count(0))
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or zeros > len(head) / 8:
        return False
    return len(head.translate(None, _IN_TEXTS)) > max(_SOME, _NOT_TEXT * len(head))
