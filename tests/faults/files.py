"""A disk that lies: full, failing or read-only at each place where something is written."""

from __future__ import annotations

import errno
import random
import shutil
from pathlib import Path

from tests.faults._base import Scene, fault, must
from tests.faults.studies import (
    acknowledged,
    board,
    check_whole,
    prepare,
    problems,
    same,
    search,
    undisturbed,
    wait,
)

_SETTINGS = {"sampler": "tpe", "pruner": "hyperband", "trials": 6}
_SITES: list[str] = []


def _sites(scene: Scene) -> list[str]:
    """Every write of an undisturbed search to its folder: what it does, where."""
    if not _SITES:
        folder = scene.folder / "counted"
        folder.mkdir()
        spec, noted = prepare(folder, **_SETTINGS), folder / "sites.txt"
        ended = search(
            scene,
            spec,
            folder / "out",
            setup="note_writes",
            below=str(folder / "out"),
            to=str(noted),
        )
        wait(ended)
        _SITES.extend(noted.read_text("utf-8").splitlines())
        shutil.rmtree(folder)
    return _SITES


@fault(
    "disk",
    "ENOSPC, EIO or EROFS at each write of a search, once or from then on: it ends in one line with "
    "advice and status 2, or goes on; with room again it goes on to the leaderboard of one left alone",
    quick=3,
    full=300,
)
def disk(scene: Scene) -> str:
    generator = random.Random(scene.seed)
    expected, _ = undisturbed(scene, **_SETTINGS)
    sites = _sites(scene)
    # Site by site in a full run; in a short one spread over all of them.
    index = scene.seed * 37 % len(sites)
    number = generator.choice([errno.ENOSPC, errno.EIO, errno.EROFS])
    spec, output = prepare(scene.folder, **_SETTINGS), scene.folder / "out"
    driver = search(
        scene,
        spec,
        output,
        setup="fail_writes",
        below=str(output),
        index=index,
        error=number,
        always=generator.random() < 0.5,
    )
    status = driver.wait()
    said = f"{sites[index]}, {errno.errorcode[number]}:\n{driver.text}"
    must(status in (0, 2), f"ended with {status} at {said}")
    must("Traceback" not in driver.text, f"a traceback at {said}")
    if status == 2:
        must(len(problems(driver.text)) == 1, f"not one line at {said}")
        must(str(output) in driver.text, f"the message does not name the file at {said}")
    before = acknowledged(output) if output.exists() else {}
    wait(search(scene, spec, output))
    check_whole(output, 6, before)
    same(board(output), expected)
    return "ended with 2" if status else "went on"


@fault(
    "journal-cut",
    "study.journal truncated in one of its last records, byte by byte: read as far as it is whole, "
    "at most the cut record lost",
    quick=10,
    full=1500,
)
def journal_cut(scene: Scene) -> None:
    content = _journal(scene)
    output = scene.folder / "cut"
    output.mkdir()
    kept = len(content) - 1 - scene.seed % len(content)
    (output / "study.journal").write_bytes(content[:kept])
    if kept == 0:
        return
    whole = content[:kept].count(b"\n")
    if not whole:
        _refused(output, "study.journal")
        return
    _equal_prefix(output, content, whole)


@fault(
    "journal-flipped",
    "a bit of study.journal flipped: the damage is noticed and said, or only the last record lost",
    quick=10,
    full=10_000,
)
def journal_flipped(scene: Scene) -> str:
    generator = random.Random(scene.seed)
    content = bytearray(_journal(scene))
    position = generator.randrange(len(content))
    content[position] ^= 1 << generator.randrange(8)
    output = scene.folder / "flipped"
    output.mkdir()
    (output / "study.journal").write_bytes(content)
    from rnnsearch.errors import StudyError

    try:
        found = acknowledged(output)
    except StudyError as error:
        must("study.journal" in str(error), str(error))
        return "said"
    original = _original(scene)
    wrong = {number for number, one in found.items() if original.get(number) != one}
    lost = set(original) - set(found)
    must(not wrong, f"bit of byte {position}: trials {wrong} read otherwise, and nobody is told")
    must(len(lost) <= 1, f"bit of byte {position}: trials {lost} are lost, and nobody is told")
    return "of no effect"


_WRITTEN: list[bytes] = []
_READ: list[dict[int, object]] = []


def _journal(scene: Scene) -> bytes:
    """The journal of a finished search."""
    if not _WRITTEN:
        folder = scene.folder / "written"
        folder.mkdir()
        spec = prepare(folder, **_SETTINGS)
        wait(search(scene, spec, folder / "out"))
        _WRITTEN.append((folder / "out" / "study.journal").read_bytes())
        _READ.append(dict(acknowledged(folder / "out")))
        shutil.rmtree(folder)
    return _WRITTEN[0]


def _original(scene: Scene) -> dict[int, object]:
    _journal(scene)
    return _READ[0]


def _refused(output: Path, name: str) -> None:
    from rnnsearch.errors import StudyError

    try:
        acknowledged(output)
    except StudyError as error:
        must(name in str(error), str(error))
    else:
        must(False, "was read")


def _equal_prefix(output: Path, content: bytes, lines: int) -> None:
    """What is read must be what the whole lines say."""
    found = acknowledged(output)
    other = output.with_name("prefix")
    other.mkdir()
    (other / "study.journal").write_bytes(b"".join(content.splitlines(keepends=True)[:lines]))
    must(found == acknowledged(other), "what is read is not what the whole lines say")
