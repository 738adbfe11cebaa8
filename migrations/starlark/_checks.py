"""What the checks of loads share."""

from __future__ import annotations

from migrations.profiles import Gate

WARNINGS = "https://github.com/bazelbuild/buildtools/blob/main/WARNINGS.md"
ALWAYS = Gate(module="")
"""These checks hold whatever a workspace depends on."""
