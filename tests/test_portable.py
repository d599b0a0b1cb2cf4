"""What only POSIX has is used where the system was asked first, so that Windows gets by."""

from __future__ import annotations

import ast
import contextlib
import os
import re
import subprocess
import sys
from multiprocessing.connection import Pipe
from pathlib import Path

import pytest

from rnnsearch.pipes import end_of, inherited

ROOT = Path(__file__).parents[1] / "rnnsearch"
MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "termios", "tty"}
NAMES = {
    "os": {
        "fork", "forkpty", "getegid", "geteuid", "getgid", "getloadavg", "getpgid", "getuid",
        "killpg", "mkfifo", "nice", "posix_fadvise", "register_at_fork", "sched_getaffinity",
        "sched_setaffinity", "setpgid", "setsid", "statvfs", "sync", "sysconf", "uname", "wait",
        "wait3", "wait4", "waitid", "WIFEXITED", "WEXITSTATUS", "WIFSIGNALED", "WTERMSIG",
    },
    "select": {"poll", "epoll", "kqueue"},
    "signal": {
        "SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP",
        "SIGTSTP", "SIGUSR1", "SIGUSR2", "alarm", "pause", "pthread_kill", "pthread_sigmask",
        "setitimer", "sigwait",
    },
    "socket": {"AF_UNIX", "SO_REUSEPORT", "socketpair"},
    "time": {"tzset"},
}  # fmt: skip
KEYWORDS = {"pass_fds", "preexec_fn", "start_new_session", "process_group"}
ASKED = ("sys.platform", "hasattr(", "getattr(", "AttributeError", "ImportError")
KNOWN = {"execution/guests.py": "a search opens no door on Windows, and then nobody knocks at it"}
"""File → why it need not ask."""


def posix_of(tree: ast.AST) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, one.name) for one in node.names if one.name in MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            found.append((node.lineno, node.module))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in NAMES.get(node.value.id, ()):
                found.append((node.lineno, f"{node.value.id}.{node.attr}"))
        elif isinstance(node, ast.keyword) and node.arg in KEYWORDS:
            found.append((node.value.lineno, node.arg))
        elif isinstance(node, ast.Dict):
            keys = [one.value for one in node.keys if isinstance(one, ast.Constant)]
            found += [(node.lineno, key) for key in keys if key in KEYWORDS]
    return found


def unasked(text: str) -> list[str]:
    """Uses outside of functions that ask what the system has."""
    tree = ast.parse(text)
    if not (found := posix_of(tree)):
        return []
    asking = [
        range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(word in ast.unparse(node) for word in ASKED)
    ]
    return [
        f"line {line}: {name}" for line, name in found if not any(line in lines for lines in asking)
    ]


def test_what_only_posix_has_is_asked_for():
    found = {
        path.relative_to(ROOT).as_posix(): uses
        for path in sorted(ROOT.rglob("*.py"))
        if (uses := unasked(path.read_text("utf-8")))
    }
    assert found.keys() == KNOWN.keys(), found


@pytest.mark.parametrize(
    "text",
    [
        "import resource",
        "from fcntl import flock",
        "def f():\n    os.sched_getaffinity(0)",
        "def f():\n    subprocess.Popen([], pass_fds=[1])",
        "def f():\n    signal.signal(signal.SIGHUP, g)",
    ],
)
def test_a_use_is_found(text):
    assert unasked(text)
    asked = "def f():\n    if sys.platform != 'win32':\n        " + text.split("    ")[-1]
    assert not unasked(asked)


def without_encoding(text: str) -> list[int]:
    """Lines that read or write a text by the system's own encoding, which Windows has another of."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or any(one.arg == "encoding" for one in node.keywords):
            continue
        name = ast.unparse(node.func)
        given = [one.value if isinstance(one, ast.Constant) else "" for one in node.args]
        given_by_place = {".read_text": 1, ".write_text": 2}.get(re.sub(r"^.*(?=\.)", "", name))
        if given_by_place and len(node.args) < given_by_place:
            found.append(node.lineno)
        elif name in ("open", "os.fdopen", "io.open") or name.endswith("path.open"):
            how = [str(one) for one in given if re.fullmatch(r"[rwaxbt+]{1,3}", str(one))]
            how += [str(one.value.value) for one in node.keywords
                    if one.arg == "mode" and isinstance(one.value, ast.Constant)]  # fmt: skip
            if not any("b" in one for one in how):
                found.append(node.lineno)
    return found


def scripts_within(text: str) -> list[str]:
    """Texts of a module that are programs themselves, as those that go along with an export."""
    long = [
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "import" in node.value
    ]
    programs = []
    for each in long:
        with contextlib.suppress(SyntaxError):
            ast.parse(each)
            programs.append(each)
    return programs


def test_texts_are_read_and_written_in_one_encoding():
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text("utf-8")
        if not re.search(r"open\(|_text\(", text):
            continue
        if lines := [
            line for one in [text, *scripts_within(text)] for line in without_encoding(one)
        ]:
            found[path.relative_to(ROOT).as_posix()] = lines
    assert not found


@pytest.mark.parametrize(
    ("call", "misses"),
    [("p.read_text()", 1), ("p.read_text('utf-8')", 0), ("p.write_text(x)", 1), ("open(p)", 1),
     ("p.write_text(x, encoding='utf-8')", 0), ("open(p, 'rb')", 0), ("open(p, mode='wb')", 0)],
)  # fmt: skip
def test_a_text_without_an_encoding_is_found(call, misses):
    assert len(without_encoding(call)) == misses
    assert len(scripts_within(f"USE = '''\nimport os\n{call}\n'''")) == 1


BACKSLASHED = re.compile(r"str\(\s*\w+\.relative_to\([^()]*\)\s*\)|os\.sep\b|os\.path\.sep\b")
"""Parts of a path as text, as Windows has them: it is no name in a file, nor for other machines."""


def test_paths_become_texts_with_slashes():
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        if texts := BACKSLASHED.findall(path.read_text("utf-8")):
            found[path.relative_to(ROOT).as_posix()] = texts
    assert not found, "use as_posix()"
    assert BACKSLASHED.search("{str(file.relative_to(code)): 1}")
    assert not BACKSLASHED.search("file.relative_to(code).as_posix()")


def test_an_end_is_handed_over_and_the_parents_end_is_noticed():
    ours, theirs = Pipe()
    script = (
        "import sys; from rnnsearch.pipes import end_of, parent_is_gone; e = end_of(int(sys.argv[1]));"
        " e.send(parent_is_gone(e, 0)); print(parent_is_gone(e, 60))"
    )
    command = [sys.executable, "-c", script, str(theirs.fileno())]
    environment = {**os.environ, "PYTHONPATH": str(ROOT.parent)}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, **inherited(theirs.fileno())
    )
    theirs.close()
    assert ours.recv() is False
    ours.close()
    assert process.communicate(timeout=60)[0] == "True\n"


def test_windows_is_given_a_handle(monkeypatch):
    class Startup:
        """As subprocess has it there."""

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(subprocess, "STARTUPINFO", Startup, raising=False)
    monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 512, raising=False)
    made = []
    monkeypatch.setattr(os, "set_handle_inheritable", lambda *a: made.append(a), raising=False)
    how = inherited(7)
    assert made == [(7, True)] and not KEYWORDS & how.keys()
    assert how["startupinfo"].lpAttributeList == {"handle_list": [7]}
    assert how["creationflags"] == 512


def test_windows_reads_its_own_kind_of_pipe(monkeypatch):
    from multiprocessing import connection

    monkeypatch.setattr(
        connection, "PipeConnection", lambda number: ("pipe", number), raising=False
    )
    assert end_of(3) == ("pipe", 3)
