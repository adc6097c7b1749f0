"""The table of claims: rules by hand, what is missing is said, the README has what files say."""

import re

import claiming
import claims
import claims_beyond
import claims_width
import make_claims
import numpy as np
import pandas as pd
import pytest
import readme
from claiming import Files

from cubistlib.studies import paper

COLUMNS = ["algorithm", "width", "keep", "parameters_kept", "live_parameters", "accuracy"]


def runs(*rows):
    """Runs of networks as wide in every layer; half of the kept weights lie on a path."""
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["hidden"] = [(width,) * 3 for width in frame["width"]]
    kept = {"weights_kept": frame["keep"], "effective_weights": frame["keep"] // 2}
    scored = {"lr": 0.1, "schedule": "step"}
    scored |= {"correct": (1000 * frame["accuracy"]).astype(int), "points": 1000, "steps": 19_500}
    frame = frame.assign(**kept, **scored, live_weights=0, diverged=False, study=claiming.PRUNING)
    return frame.assign(experiment=range(len(frame)), seed=0).drop(columns="width")


def search(*rows):
    """(parameters kept, alive, accuracy) of trainings of a search."""
    return runs(*[("search", 3, 20, *row) for row in rows]).assign(study=claiming.SEARCHES[1])


SEARCHED = search((29, 22, 0.95), (48, 46, 0.995), (10, 9, 0.6))


def test_the_search_is_held_to_the_paper_s_counts_and_to_what_is_known():
    claim = claims.the_search(SEARCHED, {0.95: 22, 0.995: 46})
    assert claim.holds == "yes" and claim.paper == "about 30 / about 45 parameters"
    assert claim.here.startswith("29 / 48 parameters kept, 22 / 46 alive; 2 of 3 (9.4 to 99 %) / 1")
    assert claims.the_search(SEARCHED, {0.95: 21, 0.995: 46}).holds == "in part"
    assert (
        claims.the_search(SEARCHED.assign(parameters_kept=34), {0.95: 22, 0.995: 46}).holds == "no"
    )


@pytest.mark.parametrize(
    "kept, holds", [((30, 49), "yes"), ((29, 49), "in part"), ((30, 47), "no"), ((30, None), "yes")]
)
def test_the_nine_are_held_to_what_the_search_keeps(kept, holds):
    rows = [("gmp", 3, 20, 31, 24, 0.95), ("lth", 3, 20, kept[0], 25, 0.96)]
    rows += [("lth", 3, 20, kept[1], 45, 0.995)] * (kept[1] is not None)
    again = runs(rows[0]).assign(study=claiming.AGAIN[0])
    claim = claims.the_gap(runs(*rows), again, SEARCHED)
    assert claim.holds == holds and f" grid: {kept[0]} (LTH) / " in claim.here
    assert claim.here.startswith(f"fewest kept by the {len(rows)} runs of the paper's grid")
    assert "by 1 from other starts: 31 (GMP) / none, by the search's 3 tr" in claim.here
    sparser = runs(("lth", 4, 16, 24, 24, 0.96)).assign(study=claiming.AGAIN[0])
    assert claims.the_gap(runs(*rows), sparser, SEARCHED).holds == "no"
    assert "Fewest alive: 24 (GMP) / " in claim.here
    start = claims.the_start(
        {t: pd.concat([runs(*rows), SEARCHED]) for t in (0.95, 0.995)}, SEARCHED
    )
    assert start.holds == holds
    again = pd.concat([runs(*rows), search((28, 28, 0.96), (43, 43, 0.995))])
    again = claims.the_start(dict.fromkeys((0.95, 0.995), again), SEARCHED)
    assert again.holds == ("yes" if kept[0] > 28 and (kept[1] or 99) > 43 else "no")
    assert "again from there 28 / 43, from any start 28 / 43" in again.here


def test_the_search_is_given_as_few_trainings_as_a_pruner():
    ruler = search(*[(29, 22, 0.96)] * 10, *[(29, 22, 0.5)] * 990)
    often = [("gmp", 3, 20, 30, 30, 0.96)] * 9 + [("snip", 3, 20, 30, 30, 0.5)] * 9
    dear = runs(*[("lth", 3, 20, 30, 30, 0.96)] * 8).assign(study=claiming.AGAIN[0], steps=97_500)
    told = claims.as_few(pd.concat([runs(*often), dear], ignore_index=True), ruler)
    assert told == (
        "Given as few trainings of each size from 20 to 20 weights, the search, at the rate and "
        "schedule that suit it best, would reach 95% "
        "in 0 (0 to 1) where GMP does in 9 of 9, in 0 (0 to 2) where LTH does in 8 of 8; of 1 of 3 "
        "chance cannot tell (each by itself; from other starts a pruner has the rates that were "
        "best on the grid)"
    )
    never = claims.as_few(runs(*often[9:]), ruler)
    assert "95% as often as anybody; of 1 of 1 chance cannot tell (" in never
    often = search(*[(29, 22, 0.96)] * 1000)
    behind = claims.as_few(runs(*([("snip", 3, 20, 30, 30, 0.5)] * 9)), often)
    assert "as often as anybody; more often than SNIP (0 of 9); of 0 of 1 chance" in behind


def over_width(losses, noise, wide=64):
    """Runs of the nine at width 4 and a wide one, which is less accurate by a loss of each.

    Twenty seeds, two runs of each cell, which are lucky in every other seed.
    """
    rows = []
    for name, loss in zip(paper.NINE, losses, strict=True):
        for sign in (1, 1, -1, -1) * 10:
            rows.append((name, 4, 20, 30, 30, 0.7))
            rows.append((name, wide, 20, 30, 30, 0.7 - loss + sign * noise))
    return runs(*rows).assign(seed=np.tile(np.repeat(range(20), 4), 9))


def held(claim, runs, grid=None):
    """A claim of replicates, with a few of a larger width, and of the paper's grid."""
    wider = runs[(runs["hidden"] == (64,) * 3) & (runs["seed"] < 3)]
    wider = wider[(wider["algorithm"] != "lth") | (wider["seed"] < 1)]
    wider = wider.assign(hidden=[(256,) * 3] * len(wider), experiment=wider["experiment"] + 10_000)
    return claim(over_width([0] * 9, 0, 128) if grid is None else grid, runs, wider)


@pytest.mark.parametrize(
    "losses, noise, holds",
    [
        ([0.1] * 5 + [-0.1] * 4, 0.01, "yes"),
        ([0.1] * 4 + [-0.1] * 5, 0.01, "no"),
        ([0.01] * 9, 0.2, "in part"),
    ],
)
def test_width_costs_most_of_them_beyond_chance_over_the_seeds(losses, noise, holds):
    claim = held(claims_width.the_width, over_width(losses, noise))
    lose = sum(loss > 0 for loss in losses)
    assert claim.holds == holds
    assert f"from width 4 to 64, at equal k, 20 seeds: {lose} of 9 lose, " in claim.here
    assert "To width 256, 3 seeds of k = 20, LTH 1: " in claim.here
    assert (
        "To width 128 on the paper's grid, one seed, intervals over runs: 0 of 9 lose, 0 beyond"
        in claim.here
    )


def test_the_paper_s_grid_stands_beside_and_decides_nothing():
    grid, seeds = over_width([0.1] * 9, 0.01, 128), over_width([-0.1] * 9, 0.01)
    claim = held(claims_width.the_width, seeds, grid)
    assert (
        claim.holds == "no"
        and "one seed, intervals over runs: 9 of 9 lose, 9 beyond chance" in claim.here
    )
    narrower = runs(*[(name, 3, 20, 30, 30, 0.9) for name in paper.NINE for _ in range(9)])
    narrower = narrower.assign(experiment=narrower["experiment"] + 5_000)
    both = held(claims_width.the_width, pd.concat([seeds, narrower], ignore_index=True))
    assert "beyond chance from other widths, too: 3 (9 of 9). To" in both.here


def test_paths_are_lost_where_it_is_wide():
    seeds = over_width([0] * 9, 0)
    wide = seeds["hidden"] == (64,) * 3
    assert held(claims_width.the_paths, seeds).holds == "no"
    fewer = seeds.assign(effective_weights=np.where(wide, 5, 10))
    claim = held(claims_width.the_paths, fewer)
    assert claim.holds == "in part"
    told = "50% lie on a path at width 4 and 25% at 64, 20 seeds: 9 of 9 lose, 9 beyond"
    assert told in claim.here and "FORCE 25.0 (25.0 to 25.0) to SynFlow 25.0 (" in claim.here
    assert "at 256, 3 seeds of k = 20, LTH 1, 0 of 50 (0 to 7.1 %)." in claim.here
    claim = held(claims_width.the_paths, seeds.assign(effective_weights=np.where(wide, 0, 10)))
    assert claim.holds == "yes" and "0 of 360 (0 to 1 %) and 360 of 360 (99 to 100 %)" in claim.here
    assert "one seed, 50% at 4 and 50% at 128, and 0 of 360 " in claim.here
    few = held(claims_width.the_paths, fewer[fewer["seed"] < 5])
    assert few.holds == "no" and "9 of 9 lose, 0 beyond chance" in few.here


def test_the_loss_of_paths_is_one_of_seeds():
    """By hand: two seeds lose a quarter of their weights' paths and five a half."""
    seeds = over_width([0] * 9, 0)
    seeds = seeds[seeds["seed"] < 7]
    wide = seeds["hidden"] == (64,) * 3
    lost = np.where(wide, np.where(seeds["seed"] < 2, 5, 0), 10)
    loss = claims_width.unused(seeds.assign(effective_weights=lost), 64).loc["gmp"]
    assert loss[["cost", "low", "high"]].tolist() == [0.5, 0.25, 0.5]


def test_the_project_s_own_claims_are_held_to_their_rules():
    sgd, known = {0.95: 22, 0.995: 27}, {0.95: 22, 0.995: 26}
    for files, holds in ((Files(9, 9), "yes"), (Files(8, 9), "in part")):
        assert claims_beyond.the_frontier(sgd, known, SEARCHED, files).holds == holds
    assert claims_beyond.the_frontier({0.95: 29, 0.995: 48}, known, SEARCHED, files).holds == "no"
    assert claims_beyond.the_floor({0.95: 18, 0.995: 20}, known).holds == "yes"
    assert claims_beyond.the_floor({0.95: 18, 0.995: 27}, known).holds == "no"


@pytest.mark.parametrize(
    "counts, holds", [((0, 50), "yes"), ((40, 50), "no"), ((None, 50), "not yet")]
)
def test_masks_from_scratch_are_held_to_those_from_weights(counts, holds):
    starts = zip(("scratch", "weights"), counts, strict=True)
    rows = [(start, 100, k) for start, k in starts if k is not None]
    counted = pd.DataFrame(rows, columns=["start", "trainings", "95 %"])
    tickets = {t: search((29, 29, 0.96), (29, 29, 0.5)) for t in (0.95, 0.995)}
    claim = claims_beyond.the_luck(tickets, counted.assign(best=0, points=10))
    assert claim.holds == holds and "1 of 2 (1.3 to 99 %) / 0 of 2" in claim.here
    assert claims_beyond.the_luck(tickets, counted.head(0)).here.startswith(
        "masks of the frontier that are known to reach 95 %: not"
    )


def test_the_time_is_told_as_far_as_it_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr(make_claims.analysis, "PAPER", tmp_path)
    names = ("fixed-init-95/pruning", "fixed-init-95/structured-search")
    assert make_claims.took(names) == make_claims.took(()) == "not noted"
    said = []
    for name, spent in zip(names, ("[9720, 3600]", '[500, 9], "b": [58, 900]'), strict=True):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "costs.json").write_text(f'{{"a": {spent}}}')
        said.append(make_claims.took(names))
    assert said == ["1.0 h for 9,720 of 10,278 runs", "1.3 h"]


def test_a_part_of_the_readme_is_written_between_its_lines(tmp_path, monkeypatch, capsys):
    page = tmp_path / "README.md"
    monkeypatch.setattr(readme, "README", page)
    page.write_text("a\n<!-- b -->\nold\n<!-- end of b -->\nc\n")
    readme.put("b", "new")
    assert page.read_text() == "a\n<!-- b -->\n\nnew\n\n<!-- end of b -->\nc\n"
    readme.put("d", "words")
    assert "README.md lacks the lines <!-- d --> and" in capsys.readouterr().out
    assert "new" in page.read_text() and "words" not in page.read_text()


def test_readme_and_summary_have_the_claims_of_the_published_files():
    """Made again they are the same to the letter; else run tools/make_claims.py."""
    rows = make_claims.made()
    parts = {
        make_claims.NAME: make_claims.table(rows),
        make_claims.RESULTS: make_claims.results(rows),
    }
    for page, (name, text) in zip((readme.README, make_claims.SUMMARY), parts.items(), strict=True):
        begin, end = readme.bounds(name)
        assert f"{begin}\n\n{text}\n\n{end}" in page.read_text(encoding="utf-8")


def test_the_scope_of_the_summary_names_every_result():
    text = make_claims.SUMMARY.read_text(encoding="utf-8")
    scope = text.split("## Scope of reproducibility")[1].split("## Methodology")[0]
    numbers = re.findall(r"^(\d+)\. \*\*", text, re.MULTILINE)
    assert re.findall(r"\((\d+)\)", scope) == numbers


def test_later_algorithms_are_held_to_what_the_search_finds_for_the_same_steps():
    """Runs of one training each: of 2,000 a hundred reach the first target, none the second."""

    def some(name, parameters, of=100):
        rows = [(name, 8, 26, 40, parameters, 0.96)] * of + [(name, 8, 26, 40, 40, 0.5)] * 1900
        return runs(*rows).assign(study=name, points=49_982)

    ruler, obs, gmp = some("search", 30), some("obs", 25), some("gmp", 30)
    ruler = ruler.assign(study=claiming.SEARCHES[1])
    claim = claims_beyond.the_later(pd.concat([obs, gmp], ignore_index=True), ruler)
    assert claim.holds == "yes"
    assert "the later ones OBS 25 (25 to 25) / not; the nine GMP 30 (30 to 30) / not" in claim.here
    assert "combinatorial search 30 (30 to 30) / not, the search's masks at" in claim.here
    assert claim.here.endswith("1 of 1 of the later ones, 0 of 1 of the nine")
    both = pd.concat([obs, some("cts", 25, of=0), gmp], ignore_index=True)
    claim = claims_beyond.the_later(both, ruler)
    assert claim.holds == "in part" and "OBS 25 (25 to 25), 1 not / not" in claim.here
    assert claims_beyond.the_later(gmp, ruler).holds == "not yet", "there is no later one"
    assert claims_beyond.the_later(some("obs", 31), ruler).holds == "no"
