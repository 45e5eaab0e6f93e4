"""Elements by their local names. The two standards and their offices call the same things by few names, and nest them
in many ways; so a field is looked for by its name, within the design and then around it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element


def local_name(element: Element) -> str:
    """The name of an element without its namespace; empty for what is none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def descendants(element: Element, *names: str) -> Iterator[Element]:
    """The elements below that are called so, by the order of the names, then of the document."""
    for name in names:
        yield from (one for one in element.iter() if one is not element and local_name(one) == name)


def first_text(element: Element, *names: str) -> str:
    """The text of the first element below that is called so and has one; empty: there is none."""
    return next(filter(None, map(text_of, descendants(element, *names))), "")


def text_of(element: Element) -> str:
    """The whole text of an element, its spaces made one."""
    return " ".join("".join(element.itertext()).split())


@dataclass(frozen=True)
class Scope:
    """A design and what its application says of all its designs.

    Attributes:
        design: the element.
        around: the application without its designs.
        position: of the design in its application, from 1.
    """

    design: Element
    around: Element
    position: int

    def first(self, *names: str) -> str:
        """As `first_text`, in the design or else around it."""
        return first_text(self.design, *names) or first_text(self.around, *names)

    def all(self, *names: str) -> list[Element]:
        """The elements called so in the design; without any, those around it."""
        return list(descendants(self.design, *names)) or list(descendants(self.around, *names))


def scopes(root: Element, design: str, applications: Sequence[str]) -> Iterator[Scope]:
    """Every design of a document, with the nearest application around it, or else with the whole document."""
    stack: list[tuple[Element, Element]] = [(root, root)]
    around: dict[Element, Element] = {}
    counts = Counter[Element]()
    while stack:
        element, application = stack.pop()
        if local_name(element) in applications:
            application = element
        if local_name(element) == design:
            if application not in around:
                around[application] = _without(application, design)
            counts[application] += 1
            yield Scope(element, around[application], counts[application])
            continue
        stack += [(child, application) for child in reversed(element)]


def _without(element: Element, name: str) -> Element:
    """A copy that lacks the elements called so, and other applications' content with them."""
    copy = Element(element.tag)
    copy.text = element.text
    pending = [(element, copy)]
    while pending:
        source, target = pending.pop()
        for child in source:
            if local_name(child) == name:
                continue
            kept = Element(child.tag, child.attrib)
            kept.text, kept.tail = child.text, child.tail
            target.append(kept)
            pending.append((child, kept))
    return copy
