"""The kinds of articles, a module for each field of use."""

from __future__ import annotations

from sevenviews.corpus.synthetic.article import Kind
from sevenviews.corpus.synthetic.articles import furniture, hardware, vessels
from sevenviews.designs import LocarnoClass

KINDS: tuple[Kind, ...] = (
    Kind("chair", LocarnoClass(6, 1), "D6334", furniture.chair),
    Kind("table", LocarnoClass(6, 3), "D6691", furniture.table),
    Kind("cabinet", LocarnoClass(6, 4), "D6705", furniture.cabinet),
    Kind("shelf", LocarnoClass(6, 4), "D6675", furniture.shelf),
    Kind("cup", LocarnoClass(7, 1), "D7536", vessels.cup),
    Kind("pan", LocarnoClass(7, 2), "D7361", vessels.pan),
    Kind("cutlery", LocarnoClass(7, 3), "D7643", vessels.cutlery),
    Kind("hammer", LocarnoClass(8, 2), "D8075", hardware.hammer),
    Kind("screwdriver", LocarnoClass(8, 4), "D8082", hardware.screwdriver),
    Kind("wrench", LocarnoClass(8, 4), "D8021", hardware.wrench),
    Kind("handle", LocarnoClass(8, 6), "D8300", hardware.handle),
    Kind("hinge", LocarnoClass(8, 6), "D8323", hardware.hinge),
    Kind("bottle", LocarnoClass(9, 1), "D9516", vessels.bottle),
    Kind("container", LocarnoClass(9, 3), "D9424", vessels.box_container),
    Kind("vase", LocarnoClass(11, 2), "D11143", vessels.vase),
    Kind("plug", LocarnoClass(13, 3), "D13144", hardware.plug),
    Kind("faucet", LocarnoClass(23, 1), "D23238", hardware.faucet),
    Kind("block", LocarnoClass(25, 1), "D25113", hardware.block),
    Kind("lamp", LocarnoClass(26, 5), "D26093", vessels.lamp),
)
