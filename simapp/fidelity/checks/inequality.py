"""In the default world few write, fewer are heard, most only read, and the day has its rhythm."""

from __future__ import annotations

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding
from simapp.fidelity.default_world import month
from simapp.fidelity.facts import Fact, judged_facts, tail_exponent
from simapp.fidelity.statistics import gini, top_share


class Here(Check):
    """The same month: tail of cascade sizes, who writes, who is reposted, who shares again, hours of the day."""

    order = 19
    expected = "tail exponent 1.8-3; top 10 % write 70-90 %; received Gini 0.9-0.99; 90-9-1; rhythm 3-10"
    source = "Goel et al. 2016; Pew 2019; Nielsen 2006; van Mierlo 2014; OASIS's 111 users (hours)"
    fast = False
    cost = 2
    group = "default world"

    def run(self, bench: Bench) -> Finding:
        told = month(bench)
        roots, shares = told.roots, told.shares
        written = np.bincount(told.author[roots], minlength=told.users)
        received = np.bincount(told.author[told.root[shares]], minlength=told.users)
        made = np.bincount(told.author[shares], minlength=told.users)
        exponent, gain = tail_exponent(told.sizes())
        lurk = float(((written == 0) & (told.acted == 0)).mean())
        produce = float((written > 0).mean())
        facts = [
            Fact("tail exponent", exponent, 1.8, 3.0),
            Fact("better than exponential", gain, 0.0, np.inf),
            Fact("top 10 % of posts", top_share(written, 0.1), 0.7, 0.9),
            Fact("lurk", lurk, 0.85, 0.95),
            Fact("contribute", 1.0 - lurk - produce, 0.05, 0.12),
            Fact("produce", produce, 0.005, 0.03),
            Fact("received Gini", gini(received), 0.9, 0.99),
            Fact("received top 1 %", top_share(received, 0.01), 0.5, 1.0),
            Fact("share once", float((made[made > 0] == 1).mean()), 0.6, 0.9),
            Fact("peak to trough", float(told.by_hour.max() / told.by_hour.min()), 3.0, 10.0),
        ]
        return judged_facts(facts, "hours are of each user's own day")
