"""Makes small grants in the form of the USPTO's bulk data."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

from tests.unit.corpus.sheets import as_bytes, labelled_sheet

_SENTENCES = (
    "<figref>FIG. 1</figref> is a perspective view of a chair;",
    "<figref>FIG. 2</figref> is a front view thereof.",
)
DOCTYPE = '<!DOCTYPE us-patent-grant SYSTEM "us-patent-grant-v45-2014-04-03.dtd" [ ]>'


def grant_xml(
    number: str = "D0909824",
    *,
    kind: str = "S1",
    sentences: Sequence[str] = _SENTENCES,
    sheets: Sequence[str] = (),
    doctype: str = DOCTYPE,
    bibliography: str = "",
    title: str = "Chair",
) -> bytes:
    """A grant with what the tests look at.

    Args:
        bibliography: more elements of us-bibliographic-data-grant.
        sheets: file names for its list of drawings.
    """
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    images = "".join(f'<figure><img file="{name}"/></figure>' for name in sheets)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
{doctype}
<us-patent-grant lang="EN" dtd-version="v4.5 2014-04-03" country="US" date-publ="20210209">
<us-bibliographic-data-grant>
<publication-reference><document-id><country>US</country><doc-number>{number}</doc-number>
<kind>{kind}</kind><date>20210209</date></document-id></publication-reference>
<invention-title id="d2e53">{title}</invention-title>{bibliography}
</us-bibliographic-data-grant>
<drawings id="DRAWINGS">{images}</drawings>
<description-of-drawings>{paragraphs}</description-of-drawings>
<claims><claim><claim-text>The ornamental design for a chair, as shown.</claim-text></claim></claims>
</us-patent-grant>""".encode()


def make_zip(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of the files; names are written as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2021, 2, 9, 0, 0, 0)), content)
    return buffer.getvalue()


def design_files(name: str = "USD0909824-20210209", number: str = "D0909824") -> dict[str, bytes]:
    """A design of two figures on two sheets, as its ZIP holds it."""
    sheets = {f"{name}-D0000{index}.TIF": as_bytes(labelled_sheet([str(index)]), "TIFF") for index in (1, 2)}
    xml = grant_xml(number, sheets=[f"{name}-D00000.TIF", *sheets])
    return {f"{name}/{name}.XML": xml, **{f"{name}/{sheet}": content for sheet, content in sheets.items()}}
