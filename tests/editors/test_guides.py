"""The editors' guides say what the server understands."""

from __future__ import annotations

import re
import sys

import pytest

from nanlint.lsp import analyst, callers, checks, desk
from nanlint.lsp.options import Options, options
from tests.editors.snippets import GUIDES, snippet

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

WORDS = {"true": True, "false": False}


@pytest.mark.parametrize("guide", ["neovim.md", "emacs.md", "helix.md", "vscode/README.md"])
def test_every_setting_with_its_default(guide: str) -> None:
    rows = re.findall(r"^\| `:?(?:nanlint\.)?(\w+)` \| `?(true|false)`? \|", (GUIDES / guide).read_text(), re.MULTILINE)
    told = {name: WORDS[default] for name, default in rows}
    assert len(told) == len(Options.__dataclass_fields__)
    assert options(told) == (Options(), [])


def test_the_limits() -> None:
    """Those that the server keeps."""
    rows = re.findall(
        r"^\| [^|]+ \| ([\d,]+)(?: \w+)? \|", (GUIDES.parent / "docs" / "editors.md").read_text(), re.MULTILINE
    )
    kept = [checks.MAX_CHARACTERS, analyst.PATIENCE, desk.MAX_FILES, callers.MAX_FILES]
    assert [int(number.replace(",", "")) for number in rows] == kept


def test_what_helix_would_tell_the_server() -> None:
    """Helix itself is not run: it hands `config` over as the options of the first request."""
    languages = tomllib.loads(snippet("helix.md", "nanlint in Helix"))
    server = languages["language-server"]["nanlint"]
    assert [server["command"], *server["args"]] == ["nanlint", "lsp"]
    assert options(server["config"]) == (Options(), [])
    (python,) = languages["language"]
    assert python["name"] == "python" and "nanlint" in python["language-servers"]
