"""A folder at any address that fsspec knows, into which reports are written."""

from __future__ import annotations

from contextlib import AbstractContextManager

from fsspec.core import url_to_fs

from clusterflow.intake.dropped import in_words, shown
from clusterflow.settings import Settings


class Folder:
    """The folder. Its address may hold a password: no message and no link shows more than scheme, host and path."""

    def __init__(self, url: str) -> None:
        """
        Raises:
            NotPossible: no such address is known here; the text is what fsspec says.
        """
        self._url = url
        with self._in_words("is no address of a folder"):
            self._fs, root = url_to_fs(url)
            self._root = str(root).rstrip("/")

    @classmethod
    def of(cls, settings: Settings) -> Folder:
        """The folder of the settings: ``CLUSTERFLOW_REPORTS``, else ``reports`` in the home folder."""
        named = settings.reports
        return cls(named.get_secret_value() if named else (settings.home.resolve() / "reports").as_uri())

    def put(self, name: str, content: bytes) -> str:
        """Write a file whole, in the place of the one before; gives its address.

        Raises:
            NotPossible: it cannot be written.
        """
        path = f"{self._root}/{name}"
        with self._in_words(f"does not take {name}"):
            self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
            # Whoever reads meanwhile finds the old one or the new one.
            self._fs.pipe_file(f"{path}.part", content)
            self._fs.mv(f"{path}.part", path)
        return f"{str(self).rstrip('/')}/{name}"

    def __str__(self) -> str:
        return shown(self._url)

    def _in_words(self, what: str) -> AbstractContextManager[None]:
        return in_words("the folder of reports", self._url, what)
