"""A flow of several papers: a `tar.gz` that never grows over its limits (chorus-pro-api.md §2.1)."""

import tarfile
import zlib

from .rules import MAX_FLOW_BYTES, MAX_FLOW_FILES

_GZIP = zlib.MAX_WBITS | 16  # a gzip header without name nor time: the same files always make the same bytes
_END = b"\0" * (2 * tarfile.BLOCKSIZE)
_ROOM_FOR_THE_END = 128
"""Bytes kept for the end of the archive: zeros, compressed."""


class FlowArchive:
    """Files packed one after the other, as long as they fit. Only the compressed bytes are kept in memory.

    :param limit: bytes of the whole archive, compressed
    :param most: files at most
    """

    def __init__(self, limit: int = MAX_FLOW_BYTES, most: int = MAX_FLOW_FILES):
        self._limit, self._most = limit, most
        self._packer = zlib.compressobj(wbits=_GZIP)
        self._bytes = bytearray()
        self._names = set()
        self._written = 0

    def __len__(self) -> int:
        """Files packed."""
        return len(self._names)

    def add(self, name: str, content: bytes) -> bool:
        """Packs one file more, unless the archive would pass its limits; one that does not fit leaves no trace.

        :param name: under which the archive holds it, in ASCII
        :return: whether it is packed
        :raise ValueError: a file of this name is packed already
        """
        if name in self._names:
            raise ValueError(f"Deux fichiers du flux portent le nom « {name} ».")
        if len(self) >= self._most:
            return False
        block = _member(name, content)
        # Tried on a copy: what was compressed cannot be taken back.
        trial = self._packer.copy()
        packed = trial.compress(block) + trial.flush(zlib.Z_SYNC_FLUSH)
        if self and len(self._bytes) + len(packed) + _ROOM_FOR_THE_END > self._limit:
            return False
        self._packer = trial
        self._bytes += packed
        self._names.add(name)
        self._written += len(block)
        return True

    def close(self) -> bytes:
        """The archive; nothing can be added any more."""
        filling = b"\0" * (-(self._written + len(_END)) % tarfile.RECORDSIZE)
        self._bytes += self._packer.compress(_END + filling) + self._packer.flush()
        return bytes(self._bytes)


def _member(name: str, content: bytes) -> bytes:
    header = tarfile.TarInfo(name)
    header.size = len(content)
    return header.tobuf(tarfile.USTAR_FORMAT) + content + b"\0" * (-len(content) % tarfile.BLOCKSIZE)
