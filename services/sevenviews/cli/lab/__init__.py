"""`sevenviews lab`: the papers' experiments on your own corpus, each with a report. Needs the extra `lab`."""

from __future__ import annotations

from sevenviews.cli.commands import group
from sevenviews.cli.lab.experiment import command_of
from sevenviews.cli.lab.hash_codes import HashCodes
from sevenviews.cli.lab.listing import compare, list_rows
from sevenviews.lab.clustering import Clustering
from sevenviews.lab.complexity import Complexity
from sevenviews.lab.hiding.experiment import Hiding, RelevanceFeedback
from sevenviews.lab.knowledge_graph import KnowledgeGraph
from sevenviews.lab.patentnet.experiment import Counts
from sevenviews.lab.shop_photographs import ShopPhotographs
from sevenviews.training.classification.config import ClassificationConfig
from sevenviews.training.hashing.config import RetrievalConfig
from sevenviews.training.names import Names
from sevenviews.training.order import Order
from sevenviews.training.tables import CrossEntropy, DeepPatent

patentnet_app = group("PatentNet's experiments on your own corpus, each with the paper's table beside ours.")
patentnet_app.command("statistics")(command_of(Counts))
patentnet_app.command("classify")(command_of(ClassificationConfig, "training"))
patentnet_app.command("retrieve")(command_of(RetrievalConfig, "training"))
patentnet_app.command("hash")(command_of(HashCodes, "training"))
patentnet_app.command("cluster")(command_of(Clustering))

lab_app = group(
    "The papers' experiments on your own corpus, each with a report beside the published figures."
)
lab_app.command("list")(list_rows)
lab_app.command("compare")(compare)
lab_app.add_typer(patentnet_app, name="patentnet")
lab_app.command("deeppatent")(command_of(DeepPatent))
lab_app.command("cross-entropy")(command_of(CrossEntropy))
lab_app.command("order")(command_of(Order, "training"))
lab_app.command("hiding")(command_of(Hiding))
lab_app.command("feedback")(command_of(RelevanceFeedback))
lab_app.command("complexity")(command_of(Complexity))
lab_app.command("knowledge-graph")(command_of(KnowledgeGraph))
lab_app.command("shop-photographs")(command_of(ShopPhotographs))
lab_app.command("names")(command_of(Names, "training"))
