"""Makes small grants of 2001 to 2004: PATDOC 2.5 in XML, or 2.4 in SGML."""

from __future__ import annotations

_XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE PATDOC SYSTEM "ST32-US-Grant-025xml.dtd" [\n'
_SGML_HEAD = '<!DOCTYPE PATDOC PUBLIC "-//USPTO//DTD ST.32 US PATENT GRANT V2.4 2000-09-20//EN" [\n'
_NAME = "USD0465321-20021112"


def patdoc(
    *, sgml: bool = False, title: str = "Caf&eacute; table", entities: str = "", kind: str = "S1"
) -> bytes:
    """A grant with a figure, a priority and a parent.

    Args:
        sgml: in the form of 2001: empty elements without end, an attribute without quotes.
        entities: further declarations.
    """
    names = [f"{_NAME}-D0000{number}.TIF" for number in (0, 1)]
    declared = "".join(f'<!ENTITY {name} SYSTEM "{name}" NDATA TIF>\n' for name in names)
    images = "".join(f'<EMI ID="EMI-{name[-10:-4]}" FILE="{name}"/>' for name in names)
    text = f"""{_SGML_HEAD if sgml else _XML_HEAD}{declared}{entities}]>
<PATDOC DTD="2.5" STATUS="BUILD 20020101"><SDOBI>
<B100><B110><DNUM><PDAT>D465321</PDAT></DNUM></B110><B130><PDAT>{kind}</PDAT></B130>
<B140><DATE><PDAT>20021112</PDAT></DATE></B140><B190><PDAT>US</PDAT></B190></B100>
<B200><B210><DNUM><PDAT>29147111</PDAT></DNUM></B210><B211US><PDAT>29</PDAT></B211US>
<B220><DATE><PDAT>20010824</PDAT></DATE></B220></B200>
<B300><B310><DNUM><PDAT>2001-5123</PDAT></DNUM></B310><B320><DATE><PDAT>20010226</PDAT></DATE></B320>
<B330><CTRY><PDAT>JP</PDAT></CTRY></B330></B300>
<B400><B472><B474><PDAT>14</PDAT></B474></B472></B400>
<B500><B510><B511><PDAT>06-03</PDAT></B511><B516><PDAT>7</PDAT></B516></B510>
<B520><B521><PDAT>D 6480</PDAT></B521><B522><PDAT> D1128</PDAT></B522></B520>
<B540><STEXT><PDAT>{title}</PDAT></STEXT></B540>
<B560><B561><PCIT><DOC><DNUM><PDAT>D. 271298</PDAT></DNUM><DATE><PDAT>19831100</PDAT></DATE></DOC>
<PARTY-US><NAM><SNM><STEXT><PDAT>Doe</PDAT></STEXT></SNM></NAM></PARTY-US></PCIT><CITED-BY-EXAMINER/></B561>
<B562><NCIT><STEXT><PDAT>A catalogue.</PDAT></STEXT></NCIT><CITED-BY-OTHER/></B562></B560>
<B590><B595><PDAT>1</PDAT></B595><B596><PDAT>1</PDAT></B596><B597US/></B590></B500>
<B600><B630><B631><PARENT-US><CDOC><DOC><DNUM><PDAT>29147111</PDAT></DNUM></DOC></CDOC>
<PDOC><DOC><DNUM><PDAT>29100000</PDAT></DNUM><DATE><PDAT>19990301</PDAT></DATE></DOC></PDOC><PSTA><PDAT>00</PDAT></PSTA>
</PARENT-US></B631></B630></B600>
<B700><B720><B721><PARTY-US><NAM><FNM><PDAT>Jane</PDAT></FNM><SNM><STEXT><PDAT>Doe</PDAT></STEXT></SNM></NAM>
<ADR><CITY><PDAT>Salem</PDAT></CITY><STATE><PDAT>OR</PDAT></STATE></ADR></PARTY-US></B721></B720></B700></SDOBI>
<SDODE><DRWDESC><BTEXT><PARA ID="P-00001" LVL="7"><PTEXT><PDAT>FIG. 1 is a front view of a table.</PDAT></PTEXT>
</PARA></BTEXT></DRWDESC><DETDESC><BTEXT><PARA><PTEXT>
<PDAT>The broken lines show a lamp. It is green in colour.</PDAT>
</PTEXT></PARA></BTEXT></DETDESC></SDODE>
<SDOCL><CL><CLM ID="CLM-00001"><PARA><PTEXT><PDAT>The design for a table.</PDAT></PTEXT></PARA></CLM></CL></SDOCL>
<SDODR ID="DRAWINGS">{images}</SDODR></PATDOC>
"""
    if sgml:
        text = text.replace("/>", ">").replace('LVL="7"', "LVL=7")
    return text.encode()
