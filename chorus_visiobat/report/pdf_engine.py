"""Print HTML as PDF with WeasyPrint, without ever reaching the network. Knows no Odoo model.

WeasyPrint prints page numbers and running headers and writes PDF/A-3b itself (formats.md §1.5). It needs
Pango, a native library that a server may lack: it is therefore looked for when first needed, never at start.
"""

import functools
import logging
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

_logger = logging.getLogger(__name__)

# PDF/A forbids image interpolation, which WeasyPrint asks for unless an image is said to be crisp (§1.5).
ARCHIVAL_CSS = "img { image-rendering: crisp-edges }"

# Where local paths are counted from; a name that can exist nowhere (RFC 6761), and is never looked up.
BASE_URL = "http://report.invalid/"


class Resource(NamedTuple):
    """File that a page refers to: its bytes and its MIME type."""

    content: bytes
    mimetype: str


@functools.cache
def load_weasyprint() -> ModuleType | None:
    """Return WeasyPrint, or None where the package or its native libraries are missing."""
    # Stylesheets written for browsers hold rules unknown to paper: not a matter for the server's log.
    for name in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        # Imported here because a missing Pango raises OSError, which must not stop the server.
        import weasyprint
    except (ImportError, OSError) as error:
        _logger.info("WeasyPrint cannot be used on this server: %s", error)
        return None
    return weasyprint


def html_to_pdf(
    html: str,
    *,
    find: Callable[[str], Resource | None],
    css: tuple[str, ...] = (),
    archival: bool = False,
) -> bytes:
    """Print a page of HTML as PDF.

    :param html: the whole page.
    :param find: gives the resource of a local path such as ``/web/static/…``, or None. Only ``data:`` URLs
        are read otherwise: no other address is ever fetched.
    :param css: further stylesheets.
    :param archival: whether to write PDF/A-3b.
    :raises RuntimeError: when WeasyPrint cannot be used (see `load_weasyprint`).
    """
    weasyprint = load_weasyprint()
    if weasyprint is None:
        raise RuntimeError("WeasyPrint is not usable")
    fetcher = _local_fetcher(weasyprint, find)
    sheets = (*css, ARCHIVAL_CSS) if archival else css
    page = weasyprint.HTML(string=html, base_url=BASE_URL, url_fetcher=fetcher)
    return page.write_pdf(
        stylesheets=[weasyprint.CSS(string=sheet, base_url=BASE_URL, url_fetcher=fetcher) for sheet in sheets],
        pdf_variant="pdf/a-3b" if archival else None,
    )


def _local_fetcher(weasyprint: ModuleType, find: Callable[[str], Resource | None]):
    """Return the fetcher of WeasyPrint that serves `find` and ``data:`` URLs, and refuses all others."""

    class LocalFetcher(weasyprint.urls.URLFetcher):
        def fetch(self, url, headers=None):
            if url.startswith("data:"):
                return super().fetch(url, headers)
            path = url.removeprefix(BASE_URL.rstrip("/")) if url.startswith(BASE_URL) else ""
            resource = find(path.partition("?")[0].partition("#")[0]) if path else None
            if resource is None:
                raise ValueError(f"not a local resource: {url}")
            return weasyprint.urls.URLFetcherResponse(
                url, body=resource.content, headers={"Content-Type": resource.mimetype}
            )

    return LocalFetcher(allowed_protocols=["data"])
