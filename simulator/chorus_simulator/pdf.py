"""The PDFs that the platform itself makes: a report, the document of an actor played on the console."""

import io

import pikepdf

_ESCAPES = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)"})


def one_page_pdf(lines):
    """Return the bytes of a one-page A4 PDF that shows ``lines`` (the first as a title) in Helvetica."""
    shown = ["BT", "/F1 16 Tf", "50 780 Td"]
    for index, line in enumerate(lines):
        if index:
            shown += ["/F1 11 Tf", f"0 {-28 if index == 1 else -18} Td"]
        shown.append(f"({line.translate(_ESCAPES)}) Tj")
    shown.append("ET")
    pdf = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    page = pdf.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pdf.make_stream("\n".join(shown).encode("cp1252", "replace"))
    buffer = io.BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()
