"""How Hypothesis searches for counterexamples."""

from __future__ import annotations

from hypothesis import Phase

WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""For tests whose examples need a database or another process. There a smaller counterexample takes minutes to find;
the first one is reported as it was found."""
