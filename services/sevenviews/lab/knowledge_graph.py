"""Designs, holders, inventors, classes, citations and families as a graph (PatentNet, section 6.2), in GraphML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from sevenviews.designs import Patent, canonical_patent_id
from sevenviews.lab.experiment import Experiment, Watch
from sevenviews.lab.report import Report

if TYPE_CHECKING:
    import networkx

GRAPH = "graph.graphml"

Edge = tuple[str, str, str, str]
"""Kind and name of the other node, the relation, and what is more to say of it."""


def graph_of(patents: Iterable[Patent]) -> networkx.MultiDiGraph[str]:
    """The graph: a node has its kind and its name; an edge its relation, and maybe a detail.

    Designs point to what they are held by, designed by, classified as, cite and are akin to; classes to the class
    that they are within. A cited or akin document that is itself among the designs is the same node.
    """
    import networkx

    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    for patent in patents:
        design = _node(graph, "document", canonical_patent_id(patent.patent_id))
        graph.nodes[design].update(
            kind="design",
            title=patent.title,
            published=str(patent.publication_date or ""),
            claim=patent.claim,
        )
        for kind, name, relation, detail in _edges(patent):
            graph.add_edge(design, _node(graph, kind, name), relation=relation, detail=detail)
        for path in _paths(patent):
            for above, below in pairwise(path):
                ends = _node(graph, "class", below), _node(graph, "class", above)
                if not graph.has_edge(*ends):
                    graph.add_edge(*ends, relation="within", detail="")
    return graph


def _node(graph: networkx.MultiDiGraph[str], kind: str, name: str) -> str:
    key = f"{kind}:{name}"
    if key not in graph:
        graph.add_node(key, kind=kind, name=name)
    return key


def _edges(patent: Patent) -> Iterator[Edge]:
    for holder in patent.holders:
        yield "party", holder, "held by", ""
    for inventor in patent.inventors:
        yield "party", inventor.name, "designed by", ""
    for path in _paths(patent):
        yield "class", path[-1], "classified as", ""
    for citation in patent.citations:
        yield "document", canonical_patent_id(citation.document), "cites", citation.category
    for related in patent.related_documents:
        yield "document", canonical_patent_id(related.document), "akin to", related.relation
    for priority in patent.priorities:
        yield (
            "document",
            canonical_patent_id(f"{priority.office} {priority.number}"),
            "claims priority of",
            "",
        )


def _paths(patent: Patent) -> Iterator[tuple[str, ...]]:
    for locarno in patent.locarno:
        whole = f"Locarno {locarno.whole_class}"
        yield (whole, f"Locarno {locarno}") if locarno.subclass_number else (whole,)
    for uspc in patent.uspc:
        whole, _, subclass = uspc.partition("/")
        yield (f"USPC {whole}", f"USPC {uspc}") if subclass else (f"USPC {whole}",)


class KnowledgeGraph(Experiment):
    """Write the graph of a corpus as GraphML, which Gephi, yEd, Neo4j and networkx read, and count what is in it.

    Example:  sevenviews lab knowledge-graph --corpus weeks --out reports/graph
    """

    row: ClassVar[str] = "PatentNet 6.2: knowledge graph"

    corpus: Path = Field(description="Whatever `sevenviews ingest` reads, with its bibliography.")

    def run(self, report: Report, watch: Watch) -> None:
        """Read the bibliographies alone, and write graph.graphml beside the report."""
        import networkx

        from sevenviews.corpus import iter_entries
        from sevenviews.corpus.reading import read_patents

        unread: list[str] = []
        read = read_patents(
            iter_entries(self.corpus), unread, lambda _: None, watch("patents"), chosen=lambda _: ()
        )
        graph = graph_of(patent.patent for patent, _ in read)
        if not len(graph):
            raise ValueError(f"{self.corpus} holds no patent that can be read")
        networkx.write_graphml_xml(graph, report.folder / GRAPH)
        report.title = f"Knowledge graph of {self.corpus.name}"
        nodes = Counter(kind for _, kind in graph.nodes(data="kind"))
        edges = Counter(relation for *_, relation in graph.edges(data="relation"))
        parts = networkx.number_weakly_connected_components(graph)
        report.row(self.corpus.name, {**nodes, **edges, "components": parts})
        report.text(
            f"`{GRAPH}` holds {len(graph):,} nodes and {graph.number_of_edges():,} edges in {parts:,} parts."
        )
        report.table(("nodes", "number"), nodes.most_common())
        report.table(("relation", "edges"), edges.most_common())
        report.heading("What most is joined to")
        joined = sorted(graph.in_degree(), key=lambda pair: (-pair[1], pair[0]))[:12]
        report.table(("node", "designs and others"), joined)
        report.points(unread[:20])
