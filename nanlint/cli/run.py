"""What a command line asks for: one object with a group of options in each field."""

from __future__ import annotations

from dataclasses import dataclass, field

from nanlint.cli.options.configuration import Configuration
from nanlint.cli.options.existing import Existing
from nanlint.cli.options.files import Files
from nanlint.cli.options.fixes import Fixes
from nanlint.cli.options.other import Other
from nanlint.cli.options.output import Output
from nanlint.cli.options.rules import Rules
from nanlint.cli.options.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Run:
    """The options of the linter; `--help` shows the groups in this order."""

    rules: Rules = field(default_factory=Rules)
    fixes: Fixes = field(default_factory=Fixes)
    existing: Existing = field(default_factory=Existing)
    files: Files = field(default_factory=Files)
    configuration: Configuration = field(default_factory=Configuration)
    output: Output = field(default_factory=Output)
    understanding: Understanding = field(default_factory=Understanding)
    other: Other = field(default_factory=Other)
