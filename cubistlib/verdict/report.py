"""The report on a pruner: one page with its curves, its place, its masks and its networks."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from cubistlib import store
from cubistlib.runner import execution, page
from cubistlib.runner.execution import Failed
from cubistlib.support import files
from cubistlib.support.checks import UserError

NOTEBOOK = Path(__file__).with_name("report.ipynb")
SECONDS = 3600.0  # in which a notebook that only reads and draws has ended


def write(algorithm: str, file: Path | None, results: pd.DataFrame, to: Path) -> Path:
    """Make the page of a pruner's results, as `verdict` gives them; returns where it is.

    file: where the pruner is defined, if it is not one of the library's. Raises ValueError if the
    page's notebook cannot be executed, and OSError if the page cannot be written.
    """
    with TemporaryDirectory() as folder:
        table, executed = Path(folder) / "results.parquet", Path(folder) / "report.ipynb"
        store.write(results, table)
        given = {"file": str(file or ""), "algorithm": algorithm, "results": str(table)}
        try:
            execution.execute(NOTEBOOK, executed, given, SECONDS, bar=False)
        except Failed as error:
            raise UserError(f"the report on {algorithm} {error}") from error
        files.write_text(to, page.alone(executed, f"A verdict on {algorithm}"))
    return to
