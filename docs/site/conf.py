"""Sphinx: how the site is made of what tools/make_site.py has put together."""

import re

import cubistlib

project = "Sparsest models elude pruning, reproduced"
author = "The cubistlib authors"
project_copyright = author
version = release = cubistlib.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["_*"]
myst_enable_extensions = ["attrs_inline", "colon_fence"]
myst_heading_anchors = 3

# Notebooks are shown as they are committed.
nb_execution_mode = "off"
nb_merge_streams = True

# API pages, from the docstrings, which are plain text: |w| is a magnitude, an indented part code.
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_member_order = "bysource"
autodoc_inherit_docstrings = False
autodoc_typehints = "none"  # their checks make them longer than a line
autodoc_preserve_defaults = True
default_role = "code"


def plain(app, what, name, obj, options, lines):
    """A docstring's lines as Sphinx reads them."""
    text = re.sub(r"([|*])", r"\\\1", "\n".join(lines))
    lines[:] = re.sub(r":(\n\n +)", r"::\1", text).split("\n")


def setup(app):
    app.connect("autodoc-process-docstring", plain)


html_theme = "sphinx_book_theme"
html_title = "Sparsest models elude pruning"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["_extra"]
html_theme_options = {
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "use_issues_button": False,
    "logo": {"text": html_title},
    "navbar_persistent": [],  # the sidebar has the search
}
html_sidebars = {"index": []}  # the front page leads everywhere by itself
html_context = {"default_mode": "auto"}
html_copy_source = False
html_use_index = False
html_show_search_summary = False  # a browser fetches nothing from a disk
