"""One bar for the experiments of a sweep, where somebody looks at it."""

import sys
from typing import Any

from tqdm import tqdm


def bar(name: str, total: int, done: int) -> tqdm:
    """Counts experiments with their rate and the time left; silent in logs.

    Shown in a terminal and in a notebook. The environment variable TQDM_DISABLE=1 hides it,
    as for notebooks that nobody watches.
    """
    options: dict[str, Any] = {"unit": " experiments", "leave": False, "dynamic_ncols": True}
    if not (sys.stderr.isatty() or _in_notebook()):
        options["disable"] = True
    return tqdm(total=total, initial=done, desc=name, **options)


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and hasattr(shell.get_ipython(), "kernel")
