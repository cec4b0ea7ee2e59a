"""Files that Chorus Pro gives back: papers as it holds them, and the directory (chorus-pro-api.md §2.6, §2.8)."""

from dataclasses import dataclass

from .errors import Unknown
from .gateway import Route
from .values import content_of
from .verbs import Verbs

GROUP = Route("download_papers", "/factures/v1/telecharger/groupe")
DIRECTORY = Route("download_directory", "/transverses/v1/telecharger/annuaire/destinataire")

MOST_AT_ONCE = 10
"""Papers in one download: the number that the AIFE advises. Above 120 MB in all it answers HTTP 413."""

_KINDS = ((b"%PDF-", "pdf"), (b"PK\x03\x04", "zip"), (b"<", "xml"), (b"\xef\xbb\xbf<", "xml"))


@dataclass(frozen=True)
class Download:
    """A file received.

    :param kind: `pdf`, `zip` or `xml` as its first bytes tell, else `other`: the format asked for does not decide it,
        since Chorus Pro packs several files in an archive by itself
    """

    content: bytes
    kind: str


class DownloadVerbs(Verbs):
    """Downloads. Nothing changes at Chorus Pro, but that it notes the download in the history of the paper."""

    def download_papers(
        self, ids: tuple[int, ...], file_format: str = "PDF", with_attachments: bool = True
    ) -> Download:
        """Invoices or works documents with their files.

        :param ids: technical numbers, ten at most
        :param file_format: `PDF` (one PDF when there is one file, else an archive, with a folder for each paper),
            `PIVOT` (one XML with everything inside) or `ZIP`
        :param with_attachments: for `PDF`; the other formats always carry them
        :raise ValueError: no paper, or more than ten
        :raise Refused: a paper that is not ours, or more than 120 MB (HTTP 413)
        :raise Unknown: no file in the answer
        """
        if not 1 <= len(ids) <= MOST_AT_ONCE:
            raise ValueError(f"Between 1 and {MOST_AT_ONCE} papers are downloaded at once, not {len(ids)}.")
        body = {
            "format": file_format,
            "avecPiecesJointesComplementaires": ("OUI" if with_attachments else "NON")
            if file_format == "PDF"
            else None,
            "listeFacture": [{"idFacture": number} for number in ids],
        }
        return _download(self._read(GROUP, body))

    def download_directory(self) -> Download:
        """The directory of every public structure, as Chorus Pro publishes it."""
        return _download(self._read(DIRECTORY, {}))


def _download(answer: dict) -> Download:
    content = content_of(answer.get("fichierResultat"))
    if content is None:
        raise Unknown("Chorus Pro n'a pas donné le fichier demandé. La lecture sera refaite.")
    kind = next((kind for start, kind in _KINDS if content.startswith(start)), "other")
    return Download(content, kind)
