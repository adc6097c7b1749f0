"""Results to tidy frames: frontiers, replicates, the gap; and what comes with the package."""

from cubistlib.analysis.budget import cost_to_reach, expected_best, expected_fewest, fewest_within
from cubistlib.analysis.equal import at_best_setting, at_equal_runs
from cubistlib.analysis.order import needed_at_best, needed_leads
from cubistlib.analysis.published import (
    PAPER,
    PRUNING,
    REFERENCE,
    published,
    reference,
    reference_pruning,
    sparsest,
)
from cubistlib.analysis.ranks import rank_correlation
from cubistlib.analysis.reach import needed, reached
from cubistlib.analysis.replicates import (
    LEARNED,
    of_differences,
    over_seeds,
    pair_words,
    paired,
    paired_cells,
    paired_groups,
    paired_ways,
    replicates,
    shared_seeds,
    typical,
)
from cubistlib.analysis.results import (
    COUNTS,
    PARAMETERS,
    WEIGHTS,
    best_of_each_size,
    best_run,
    best_within,
    converged,
    frontier,
    frontiers,
    gap,
    lead,
    smallest,
)
from cubistlib.analysis.shares import kept_shares, pathless, used
from cubistlib.analysis.spread import spread
from cubistlib.analysis.width import width_cost
