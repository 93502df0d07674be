"""Every key that a settings file may hold: its kind, its default, how it merges, and what to say of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from nanlint import formats
from nanlint.configuration.conduct import Conduct
from nanlint.configuration.kinds import Boolean, Dotted, File, Glob, Kind, Many, Number, Selector, Table, Text
from nanlint.configuration.rule_options import RuleOptions
from nanlint.files.discover import SKIPPED_DIRECTORIES
from nanlint.findings import Level
from nanlint.settings import DEFAULT, OFF

LEVELS = tuple(level.label for level in reversed(Level))
_RULES = Many(Selector())
_CONDUCT = Conduct()


class Merge(enum.Enum):
    """What happens where a file extends another, and where the command line is added."""

    REPLACE = "what the extended file says does not count"
    APPEND = "added to what the extended file says"
    UPDATE = "merged with what the extended file says, entry by entry"
    SELECT = "applied after what the extended file says; `select` begins anew"
    """Rules turned on and off after those before; whoever has `select` begins anew."""


@dataclass(frozen=True, slots=True)
class Key:
    """One setting. example: a value in TOML, for the documentation."""

    name: str
    kind: Kind
    default: object
    doc: str
    example: str
    merge: Merge = Merge.REPLACE

    @property
    def field(self) -> str:
        """The name of what holds the value in Python: of an option of the command line, of a field of settings."""
        return self.name.replace("-", "_")


KEYS = (
    Key("extend", File(), None, "Another settings file, whose settings this one adds to.", '"../nanlint.toml"'),
    Key("select", _RULES, DEFAULT.select, "The rules that are on.", '["NAN1", "NAN2"]', Merge.SELECT),
    Key("ignore", _RULES, DEFAULT.ignore, "Rules that are off.", '["lost-digits"]', Merge.SELECT),
    Key(
        "extend-select",
        _RULES,
        DEFAULT.extend_select,
        "Rules that are on as well; optional ones by name.",
        '["loss-never-checked"]',
        Merge.SELECT,
    ),
    Key(
        "per-file-ignores",
        Table(Glob(), _RULES),
        {},
        "Rules that are off in files that a pattern matches; `!` turns the pattern around.",
        '{ "tests/*" = ["NAN6"] }',
    ),
    Key(
        "extend-per-file-ignores",
        Table(Glob(), _RULES),
        {},
        "The same, beside those of the extended file.",
        '{ "demo/*" = ["ALL"] }',
        Merge.UPDATE,
    ),
    Key(
        "levels",
        Table(Selector(), Text((*LEVELS[:-1], OFF))),
        dict(DEFAULT.levels),
        "The level of a rule's findings, instead of the one that their evidence gives them.",
        '{ NAN6 = "note", lost-digits = "off" }',
        Merge.UPDATE,
    ),
    Key("strict", Boolean(), DEFAULT.strict, "Also show what may be no hazard at all.", "true"),
    Key("fail-on", Text(LEVELS), DEFAULT.fail_on.label, "The lowest level that fails the run.", '"error"'),
    Key("fixable", _RULES, DEFAULT.fixable, "The rules whose fixes are applied.", '["NAN2"]'),
    Key("unfixable", _RULES, DEFAULT.unfixable, "Rules whose fixes are not applied.", '["NAN4"]'),
    Key(
        "extend-safe-fixes",
        _RULES,
        DEFAULT.extend_safe_fixes,
        "Rules whose unsafe fixes count as safe.",
        '["log-of-zero"]',
        Merge.APPEND,
    ),
    Key(
        "extend-unsafe-fixes",
        _RULES,
        DEFAULT.extend_unsafe_fixes,
        "Rules whose safe fixes count as unsafe.",
        '["NAN209"]',
        Merge.APPEND,
    ),
    Key("epsilon", Number(), DEFAULT.epsilon, "The epsilon that fixes write.", "1e-6"),
    Key("max-learning-rate", Number(), DEFAULT.max_learning_rate, "The largest rate that is not reported.", "0.5"),
    Key("max-grad-norm", Number(), DEFAULT.max_grad_norm, "The norm that fixes clip gradients to.", "5.0"),
    Key(
        "safe-functions",
        Many(Dotted()),
        DEFAULT.safe_functions,
        "Functions that guard: what they return is away from every pole.",
        '["utils.positive"]',
    ),
    Key(
        "framework-aliases",
        Table(Dotted(), Dotted()),
        dict(DEFAULT.framework_aliases),
        "Modules (or functions) that stand for those of a framework.",
        '{ mytorch = "torch" }',
        Merge.UPDATE,
    ),
    Key("rules", RuleOptions(), {}, "Options of single rules.", "{ high-learning-rate = { max = 0.3 } }", Merge.UPDATE),
    Key("exclude", Many(Glob()), tuple(sorted(SKIPPED_DIRECTORIES)), "What is not searched.", '["third_party"]'),
    Key("extend-exclude", Many(Glob()), (), "What is not searched, either.", '["gen/*.py"]', Merge.APPEND),
    Key(
        "force-exclude",
        Boolean(),
        _CONDUCT.force_exclude,
        "Leave out what is excluded even if it is named on the command line.",
        "true",
    ),
    Key("respect-gitignore", Boolean(), _CONDUCT.respect_gitignore, "Leave out what Git ignores.", "false"),
    Key(
        "output-format",
        Text(tuple(formats.names())),
        _CONDUCT.output_format,
        "How findings are shown.",
        '"concise"',
    ),
    Key("cache-dir", File(), _CONDUCT.cache_dir, "Where results are kept.", '"~/.cache/nanlint"'),
    Key("baseline", File(), _CONDUCT.baseline, "Known findings, as --write-baseline has written them.", '"known.json"'),
)

BY_NAME = {key.name: key for key in KEYS}
