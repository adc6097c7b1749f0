"""A committed notebook that tells something else than it would tell now is found."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import told

HERE = Path(__file__).parent


def write(file, committed):
    """A notebook that tells "20 runs in 3 s", but is committed as else."""
    source = 'from IPython.display import Markdown\nMarkdown("20 runs in 3 s")'
    data = {"text/markdown": committed, "text/plain": "<IPython.core.display.Markdown object>"}
    output = nbformat.v4.new_output("execute_result", data, execution_count=1)
    cell = nbformat.v4.new_code_cell(source, outputs=[output], execution_count=1)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), file)


@pytest.mark.skipif(
    not told.rounds_as_before(), reason="this processor rounds in another way: nothing is compared"
)
def test_words_that_are_no_longer_true_are_found(tmp_path):
    write(tmp_path / "true.ipynb", "20 runs in 41 s")
    write(tmp_path / "untrue.ipynb", "21 runs in 3 s")
    options = ["--nbval-lax", "--nbval-current-env", "--nbval-sanitize-with", HERE / "times.cfg"]
    command = [sys.executable, "-m", "pytest", "-p", "told", "-p", "no:cacheprovider", "-rA"]
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    done = subprocess.run(
        [*command, *options, tmp_path], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 1, done.stdout
    assert "PASSED true.ipynb" in done.stdout, done.stdout
    assert "FAILED untrue.ipynb" in done.stdout, done.stdout
