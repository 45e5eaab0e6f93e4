"""`sevenviews bench`: this machine's figures, each beside the bare work or beside a peer."""

from __future__ import annotations

from sevenviews.cli.bench.alone import catalogue, evaluate, overload, passes, training
from sevenviews.cli.bench.everything import all_benchmarks
from sevenviews.cli.bench.running import peers, reembed, search
from sevenviews.cli.commands import group

app = group("Measure this machine: each thing beside the bare work, or beside a peer, in turn.")
app.command("all")(all_benchmarks)
for command in (search, peers, reembed, catalogue, overload, evaluate, training, passes):
    app.command()(command)
