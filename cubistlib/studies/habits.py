"""What the algorithms nearest to the search have in common, each trait tried by itself.

One habit of an algorithm is changed at a time, on common networks: what that costs is what the
habit is worth.
"""

from typing import Any

from cubistlib.studies.pruning import PruningStudy

# Algorithm and options by the study's name.
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "gmp": ("gmp", {}),
    "gmp-20-cuts": ("gmp", {"prunings": 20}),
    "gmp-5-cuts": ("gmp", {"prunings": 5}),
    "gmp-1-cut": ("gmp", {"prunings": 1}),
    "gmp-paths": ("habits", {"paths": True}),
    "gmp-held": ("habits", {"held": True}),
    "gmp-70": ("gmp", {"end": 0.7}),
    "granet": ("granet", {}),
    "backward": ("backward", {}),
    "backward-by-size": ("backward_by_size", {}),
    "backward-at-once": ("backward", {"fine": 1}),
}

# By a way in which one thing is changed the one that it is held to.
USUAL = {
    **dict.fromkeys(("gmp-20-cuts", "gmp-5-cuts", "gmp-1-cut", "gmp-paths", "gmp-held"), "gmp"),
    "granet": "gmp-70",
    **dict.fromkeys(("backward-by-size", "backward-at-once"), "backward"),
}

SLOW = ("backward", "backward_by_size")  # take minutes a run in the widest


def studies() -> list[PruningStudy]:
    """Every way, 30 seeds of three k at widths 4, 8, 16 and, where that is quick, 64.

    Run i of each starts from the same network and sees the data in the same order.
    """
    return [
        PruningStudy(
            name=f"habits/{name}",
            algorithms=(algorithm,),
            widths=(4, 8, 16) if algorithm in SLOW else (4, 8, 16, 64),
            keep=(20, 26, 36),
            lrs=(0.1,),
            schedules=("cosine",),
            seeds=30,
            options=tuple((algorithm, field, value) for field, value in options.items()),
            draws="habits",
        )
        for name, (algorithm, options) in WAYS.items()
    ]
