"""Runs the notebooks of the series with a profile's parameters, and makes a page of them."""

import os
from pathlib import Path

# Jupyter's libraries ask for a home as soon as they are imported, and end where there is none:
# a user whom the system does not know gets one that cannot be written to.
try:
    Path.home()
except RuntimeError:
    os.environ["HOME"] = "/nonexistent"
