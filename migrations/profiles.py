"""Target versions, and what holds in each.

A profile is a version of aspect_rules_py to move to. `v2-plan` is the v2.0.0 plan as first proposed
(https://github.com/aspect-build/rules_py/pull/944), which the emitted rules implement; the others are versions as
they were tagged, and the branch they come from (https://github.com/aspect-build/rules_py/releases).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.version import InvalidVersion, Version

from buildfile.repository import Workspace

ALPHAS = tuple(f"2.0.0-alpha.{number}" for number in range(7))
PROFILES = ("v2-plan", *ALPHAS, "main")
"""The names that `--to` takes beside `auto`."""

_ORDER = {name: number for number, name in enumerate((*ALPHAS, "main"))}


@dataclass(frozen=True, slots=True)
class Target:
    """The version a workspace is moved to, and the options of the run.

    Attributes:
        profile: one of `PROFILES`.
        versions: module name to the version the workspace has of it; `""` where that is not known. Of aspect_rules_py,
            which a checkout in its place is told by, it is the version as written.
        options: name to value, for example `semantics` to `preserve`.
    """

    profile: str
    versions: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def plan(self) -> bool:
        """Whether this is the v2.0.0 plan."""
        return self.profile == "v2-plan"

    def at_least(self, version: str) -> bool:
        """Whether the profile is a tagged version from `version` on, or the branch; False for the plan."""
        return not self.plan and _ORDER[self.profile] >= _ORDER[version]


def profile_of(version: str) -> str:
    """The profile that a version of aspect_rules_py stands for.

    Versions before 2 have no profile of their own: they are what is moved away from, and the plan is where to.
    """
    if version in PROFILES:
        return version
    try:
        parsed = Version(version.replace("-alpha.", "a"))
    except InvalidVersion:
        return "v2-plan"
    if parsed <= Version("2.0.0") and not parsed.is_prerelease:
        return "v2-plan"
    if parsed < Version("2.0.0a0"):
        return "v2-plan"
    return "main"


def target_of(workspace: Workspace, to: str, options: Mapping[str, str]) -> Target:
    """The target of a workspace.

    Args:
        workspace: the workspace.
        to: a profile, or `auto` for that of the version it has.
        options: the options of the run.
    """
    versions = {
        name: "" if item.local and name != "aspect_rules_py" else item.override or item.version
        for name, item in workspace.dependencies.items()
    }
    profile = profile_of(versions.get("aspect_rules_py", "")) if to == "auto" else to
    return Target(profile, versions, options)


@dataclass(frozen=True, slots=True)
class Gate:
    """The versions for which a migration is right.

    Attributes:
        since: the first profile that needs it; `""` for none of the tagged ones.
        until: the first profile from which on it is not right any more; `""` for never.
        plan: whether the v2.0.0 plan needs it.
        module: for migrations of another ruleset, that module; `since` and `until` are then its versions.
    """

    since: str = ""
    until: str = ""
    plan: bool = True
    module: str = "aspect_rules_py"

    def why_not(self, target: Target) -> str:
        """Why a migration does not apply to a target; `""` if it does."""
        if self.module == "aspect_rules_py":
            if target.plan:
                return "" if self.plan else "the v2.0.0 plan does not have this change"
            if not self.since or not target.at_least(self.since):
                return f"holds from {self.since} on" if self.since else "holds for the v2.0.0 plan only"
            if self.until and target.at_least(self.until):
                return f"holds before {self.until} only"
            return ""
        version = target.versions.get(self.module, "")
        if not version or not (self.since or self.until):
            return ""
        try:
            have = Version(version)
        except InvalidVersion:
            return ""
        if self.since and have < Version(self.since):
            return f"needs {self.module} {self.since}; this workspace has {version}"
        if self.until and have >= Version(self.until):
            return f"holds before {self.module} {self.until} only; this workspace has {version}"
        return ""

    def __str__(self) -> str:
        """For people: `2.0.0-alpha.0 and later, v2-plan`."""
        parts = []
        if self.since:
            name = "" if self.module == "aspect_rules_py" else self.module + " "
            parts.append(f"{name}{self.since} and later" if not self.until else f"{name}{self.since} to {self.until}")
        elif self.until:
            parts.append(f"before {self.module} {self.until}")
        if self.module == "aspect_rules_py" and self.plan:
            parts.append("v2-plan")
        return ", ".join(parts) or "always"
