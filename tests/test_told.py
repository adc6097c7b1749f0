"""A committed notebook that tells something else than it would tell now is found."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import told

HERE = Path(__file__).parent


def checked(folder, committed):
    """What pytest says of a notebook that tells "20 runs in 3 s", but is committed as else."""
    source = 'from IPython.display import Markdown\nMarkdown("20 runs in 3 s")'
    data = {"text/markdown": committed, "text/plain": "<IPython.core.display.Markdown object>"}
    output = nbformat.v4.new_output("execute_result", data, execution_count=1)
    cell = nbformat.v4.new_code_cell(source, outputs=[output], execution_count=1)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "small.ipynb")
    options = ["--nbval-lax", "--nbval-current-env", "--nbval-sanitize-with", HERE / "times.cfg"]
    command = [sys.executable, "-m", "pytest", "-p", "told", "-p", "no:cacheprovider", *options]
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    return subprocess.run(
        [*command, folder / "small.ipynb"], capture_output=True, text=True, env=environment
    )


@pytest.mark.skipif(
    not told.rounds_as_before(), reason="this processor rounds in another way: nothing is compared"
)
@pytest.mark.parametrize("committed, fine", [("20 runs in 41 s", True), ("21 runs in 3 s", False)])
def test_words_that_are_no_longer_true_are_found(tmp_path, committed, fine):
    done = checked(tmp_path, committed)
    assert (done.returncode == 0) == fine, done.stdout
    assert ("1 passed" if fine else "1 failed") in done.stdout
