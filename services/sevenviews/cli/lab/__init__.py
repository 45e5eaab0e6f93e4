"""`sevenviews lab`: the papers' experiments on your own corpus, each with a report. Needs the extra `lab`."""

from __future__ import annotations

import typer

from sevenviews.cli.lab.experiment import command_of
from sevenviews.cli.lab.listing import compare, list_rows
from sevenviews.cli.lab.patentnet import patentnet_app
from sevenviews.lab.complexity import Complexity
from sevenviews.lab.feedback_experiment import RelevanceFeedback
from sevenviews.lab.hiding.experiment import Hiding
from sevenviews.lab.knowledge_graph import KnowledgeGraph
from sevenviews.lab.shop_photographs import ShopPhotographs
from sevenviews.training.names import Names
from sevenviews.training.order import Order
from sevenviews.training.tables import CrossEntropy, DeepPatent

lab_app = typer.Typer(
    help="The papers' experiments on your own corpus, each with a report beside the published figures.",
    no_args_is_help=True,
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
