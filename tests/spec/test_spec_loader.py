"""The YAML reader: what words mean, where things stand, and that nothing surprises it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnsearch.errors import InvalidSpec
from rnnsearch.spec import load
from rnnsearch.spec.yaml_loader import read_file, read_text


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("1e-4", 1e-4),
        ("1E-4", 1e-4),
        ("3e-2", 0.03),
        ("+5", 5),
        ("-.5", -0.5),
        ("2.", 2.0),
        ("0", 0),
        ("0x1F", 31),
        ("0o17", 15),
        ("true", True),
        ("False", False),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("2020-01-01", "2020-01-01"),
        ("null", None),
        ("~", None),
        ("", None),
        ("'1e-4'", "1e-4"),
        ('"true"', "true"),
    ],
)
def test_words(word: str, value: object) -> None:
    read = read_text(f"key: {word}", "f").value["key"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("word", [".inf", "-.INF", ".nan", "1e999", "9" * 30, "012", "00"])
def test_unclear_numbers_are_refused(word: str) -> None:
    (problem,) = read_text(f"key: {word}", "f").problems
    assert problem.path == "key"
    assert str(problem).startswith("f:1:1: key: must be a")


def test_locations_are_of_keys_and_of_items() -> None:
    document = read_text("a:\n  b:\n    c: 1\n  d: [x, y]\n", "f")
    places = {path: str(document.locate(path)) for path in ("a", "a.b", "a.b.c", "a.d", "a.d[1]")}
    assert places == {
        "a": "f:1:1",
        "a.b": "f:2:3",
        "a.b.c": "f:3:5",
        "a.d": "f:4:3",
        "a.d[1]": "f:4:10",
    }
    assert str(document.locate("a.d[1].missing[3]")) == "f:4:10"
    assert str(document.locate("a.e.f")) == "f:1:1"
    assert str(document.locate("z")) == "f:1:1"


def test_aliases_are_written_out() -> None:
    assert read_text("a: &x [1, 2]\nb: *x", "f").value == {"a": [1, 2], "b": [1, 2]}


def test_aliases_cannot_explode() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(InvalidSpec, match="must hold at most 20000 values once aliases"):
        read_text("\n".join(lines), "f")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f:1:1: must be a spec; received an empty file"),
        ("# only a comment\n", "f:1:1: must be a spec; received an empty file"),
        ("a: 'x", "f:1:6: must have its quotes closed"),
        ("a: *x", "f:1:4: must refer to an anchor above it; received \\*x"),
        ("a: b: c", "f:1:5: must be one `key: value` a line"),
        ("a: @x", "f:1:4: must not begin with this character; received @"),
        ("a:\n  - 1\n - 2", "f:3:2: must be indented as the lines beside it"),
        ("a: [1, 2]]", "f:1:10: must be followed by a new line; received \\]"),
        ("[" * 3000, "f:1:22: must be nested at most 20 deep"),
        ("a: \x07", "f:1:4: must be printable text; received the character U\\+0007"),
        ('a: "\\UFFFFFFFF"', "f: must be valid YAML"),
        ("%YAML 3.0\n---\na: 1", "f:1:1: must be valid YAML"),
    ],
)
def test_syntax(text: str, message: str) -> None:
    with pytest.raises(InvalidSpec, match=message):
        read_text(text, "f")


def test_keys_must_be_texts() -> None:
    problems = read_text("1: a\n? [b]\n: c\ntrue: d\n'2': e\n", "f").problems
    assert [str(problem) for problem in problems] == [
        "f:1:1: must have texts as keys; received 1; put it in quotes",
        "f:2:3: must have texts as keys; received a list or mapping",
        "f:4:1: must have texts as keys; received true; put it in quotes",
    ]


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidSpec, match="must be a file that can be read; received no such file"):
        load(tmp_path / "none.yaml")


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidSpec, match="must be a file that can be read; received is a dir"):
        load(tmp_path)


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_bytes(b"task: x\nname: caf\xe9\n")
    with pytest.raises(InvalidSpec, match=r"s.yaml:2:10: must be text in UTF-8; received .* 0xe9"):
        read_file(tmp_path / "s.yaml")


def test_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_file(tmp_path / "s.yaml").value == {"a": 1}


def test_data_in_place_of_a_spec(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("1,2\n" * 300_000, encoding="utf-8")
    with pytest.raises(InvalidSpec, match="at most 1 MB; received a larger file; give the spec"):
        load(tmp_path / "s.csv")


YAMLISH = st.lists(
    st.sampled_from(
        [
            "task",
            "data",
            "space",
            "search",
            "run",
            ":",
            "-",
            "[",
            "]",
            "{",
            "}",
            ",",
            "&",
            "*",
            "!",
            "#",
            "|",
            ">",
            "'",
            '"',
            "%",
            "@",
            "`",
            "~",
            "\n",
            "\t",
            "?",
            "<<",
            "a",
            "x",
            "1",
            ".5",
            "012",
            "true",
            "when",
            "min",
            "max",
            "\\",
            "---",
            "...",
            "&x",
            "*x",
            "!!set",
            "cell",
            "units",
            "LSTM",
            "full",
            "null",
            "",
            " ",
            "  ",
            "\n",
            ": ",
            "\n  ",
            "\\ud800",
            "é",
            "\x00",
            "\ufeff",
            "\u2028",
        ]
    ),
    max_size=30,
).map("".join)


@given(st.one_of(st.text(max_size=60), YAMLISH))
def test_any_text_is_a_spec_or_a_clear_refusal(text: str) -> None:
    try:
        document = read_text(text, "f")
    except InvalidSpec as error:
        assert str(error).startswith("f")
        return
    for problem in document.problems:
        assert problem.location is not None
    for value in (document.value or {}).values() if isinstance(document.value, dict) else ():
        assert not isinstance(value, float) or math.isfinite(value)


@given(st.one_of(st.binary(max_size=60), YAMLISH.map(lambda text: text.encode())))
def test_any_file_is_a_spec_or_a_clear_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    with pytest.raises(InvalidSpec) as caught:
        load(path)
    str(caught.value).encode("utf-8")
