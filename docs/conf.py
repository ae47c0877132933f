"""Sphinx settings of the documentation site. The reference pages are generated from the code at each build."""

from __future__ import annotations

import sys
from pathlib import Path

from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).resolve().parent))

import generate_reference

from clusterflow import __version__

project = "clusterflow"
author = "the clusterflow project"
release = version = __version__
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3  # links to a heading are checked, too

html_theme = "furo"
html_title = f"clusterflow {__version__}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_theme_options = {"light_css_variables": {"color-brand-primary": "#14375e", "color-brand-content": "#1d5a96"}}
highlight_language = "text"


def generate(app: Sphinx, page: str, source: list[str]) -> None:
    """Replace the mark ``<!-- generated: NAME -->`` of a page by what ``generate_reference`` writes under that name."""
    source[0] = generate_reference.fill(source[0])


def setup(app: Sphinx) -> None:
    """Register the generator with Sphinx."""
    app.connect("source-read", generate)
