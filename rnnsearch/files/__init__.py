"""Files that outlive a kill: written whole or not at all, kept for later, locked."""

from rnnsearch.files.atomic import (
    remove_leftovers,
    replacing,
    replacing_folder,
    write_bytes,
    write_text,
)
from rnnsearch.files.cache import cache_folder, keep, kept
from rnnsearch.files.lock import Locked, is_held, locked
from rnnsearch.files.own_key import is_signed, own_key, signed
from rnnsearch.files.untrusted_arrays import NoArrays, memory_bytes, read_arrays

__all__ = [
    "Locked",
    "NoArrays",
    "cache_folder",
    "is_held",
    "is_signed",
    "keep",
    "kept",
    "locked",
    "memory_bytes",
    "own_key",
    "read_arrays",
    "remove_leftovers",
    "replacing",
    "replacing_folder",
    "signed",
    "write_bytes",
    "write_text",
]
