"""PDF/A-3b and Factur-X containers, with pikepdf. Knows no Odoo model (formats.md §1.5, §3)."""

import io
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import pikepdf
import pikepdf.pdfa
from lxml import etree
from pikepdf import AttachedFileSpec, Name

FACTURX_NAME = "factur-x.xml"
FACTURX_VERSION = "1.0"
FACTURX_LEVEL = "EN 16931"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"

_FX_PROPERTIES = {
    "DocumentFileName": "name of the embedded XML invoice file",
    "DocumentType": "type of the hybrid document in capital letters",
    "Version": "version of the XML schema of the embedded invoice",
    "ConformanceLevel": "conformance level of the embedded invoice",
}


class NotArchival(Exception):
    """The pages of a PDF cannot be made PDF/A-3b."""


class EmbeddedFile(NamedTuple):
    """File carried inside a PDF beside its pages."""

    name: str
    content: bytes
    mimetype: str


def make_archival(content: bytes) -> bytes:
    """Repair a PDF into PDF/A-3b (colour profile, metadata, fonts) and check the result.

    To be done before anything is embedded: the repair drops Factur-X metadata, and the check refuses
    embedded files (formats.md §1.5, §3).

    :raises NotArchival: when the result is not PDF/A-3b.
    """
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pikepdf.pdfa.prepare(pdf, "3b")
        pdf.save(output, **pikepdf.pdfa.resolve_save_kwargs("3b"))
    with pikepdf.open(output) as pdf:
        violations = archival_violations(pdf)
    if violations:
        raise NotArchival("; ".join(violations))
    return output.getvalue()


def archival_violations(pdf: pikepdf.Pdf) -> list[str]:
    """Return what makes a PDF without embedded files other than PDF/A-3b.

    A construct that the checker does not know (patterns, shadings) is not counted; a rule of the standard that
    it names is, even where it is not sure (a font that is not embedded).
    """
    findings = pikepdf.pdfa.check(pdf, "3b").findings
    return [str(finding) for finding in findings if finding.kind == "violation" or finding.rule.startswith("ISO_")]


def embed_facturx(content: bytes, xml: bytes, *, dated: datetime, others: Iterable[EmbeddedFile] = ()) -> bytes:
    """Make a Factur-X of profile EN 16931 out of a PDF/A-3b and its invoice in XML.

    The relationship is *Data*, as the connectors that deposit on Chorus Pro write it; the Factur-X
    specification lets a French issuer choose it. Same input, same bytes.

    :param content: PDF/A-3b.
    :param xml: the CII invoice.
    :param dated: modification date written for the embedded files.
    :param others: further files to carry (*pièces jointes*).
    """
    with pikepdf.open(io.BytesIO(content)) as pdf:
        _attach(pdf, EmbeddedFile(FACTURX_NAME, xml, "text/xml"), Name.Data, dated)
        for file in others:
            _attach(pdf, file, Name.Supplement, dated)
        _declare_facturx(pdf)
        return _saved(pdf)


def embed_files(content: bytes, files: Iterable[EmbeddedFile], *, dated: datetime) -> bytes:
    """Put files inside a PDF/A-3b, which stays one: data first, then what they are about. Same input, same bytes.

    :param content: PDF/A-3b.
    :param dated: modification date written for the embedded files.
    """
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for file in files:
            _attach(pdf, file, Name.Source, dated)
        return _saved(pdf)


def embedded_files(content: bytes) -> dict[str, bytes]:
    """Return the files inside a PDF: name → bytes.

    :raises ValueError: not a PDF that can be read.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}
    except pikepdf.PdfError as error:
        raise ValueError(str(error)) from error


def _saved(pdf: pikepdf.Pdf) -> bytes:
    output = io.BytesIO()
    pdf.save(output, min_version="1.7", deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return output.getvalue()


def _attach(pdf: pikepdf.Pdf, file: EmbeddedFile, relationship: Name, dated: datetime) -> None:
    stamp = dated.strftime("D:%Y%m%d%H%M%SZ")
    pdf.attachments[file.name] = AttachedFileSpec(
        pdf,
        file.content,
        filename=file.name,
        mime_type=file.mimetype,
        creation_date=stamp,
        mod_date=stamp,
        relationship=relationship,
    )


def _declare_facturx(pdf: pikepdf.Pdf) -> None:
    """Add the Factur-X properties, and the PDF/A description of their schema, to the XMP metadata."""
    packet = etree.fromstring(pdf.Root.Metadata.read_bytes())
    rdf = packet if packet.tag == f"{{{RDF}}}RDF" else packet.find(f"{{{RDF}}}RDF")
    rdf.extend(etree.fromstring(_facturx_descriptions()))
    body = etree.tostring(packet, encoding="unicode")
    pdf.Root.Metadata = pdf.make_stream(
        f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n{body}\n<?xpacket end="w"?>'.encode(),
        Type=Name.Metadata,
        Subtype=Name.XML,
    )


def _facturx_descriptions() -> str:
    properties = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{description}</pdfaProperty:description></rdf:li>"
        for name, description in _FX_PROPERTIES.items()
    )
    return f"""
<rdf:RDF xmlns:rdf="{RDF}">
  <rdf:Description rdf:about="" xmlns:fx="{FX}">
    <fx:DocumentType>INVOICE</fx:DocumentType>
    <fx:DocumentFileName>{FACTURX_NAME}</fx:DocumentFileName>
    <fx:Version>{FACTURX_VERSION}</fx:Version>
    <fx:ConformanceLevel>{FACTURX_LEVEL}</fx:ConformanceLevel>
  </rdf:Description>
  <rdf:Description rdf:about=""
      xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
      xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
      xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
    <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
      <pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
      <pdfaSchema:namespaceURI>{FX}</pdfaSchema:namespaceURI>
      <pdfaSchema:prefix>fx</pdfaSchema:prefix>
      <pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>
    </rdf:li></rdf:Bag></pdfaExtension:schemas>
  </rdf:Description>
</rdf:RDF>"""
