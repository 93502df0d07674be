"""`--changed`: findings on lines that a real Git says have changed, whatever has become of their files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanlint.files.changed import changed_lines, since
from nanlint.settings import SettingsError
from tests.cli.tools import git, lay_out, nanlint
from tests.notebooks.tools import PROSE, content, sources

HEAD = "import torch\n\n\n"
OLD = HEAD + "def old(x):\n    return torch.log(torch.softmax(x, dim=-1))\n"
NEW = OLD + "\n\ndef new(x):\n    return torch.log(torch.sigmoid(x))\n"
CLEAN = HEAD + "def scale(x):\n    return torch.sigmoid(x) * 2\n"


def commit(repository: Path, message: str = "all") -> None:
    git(repository, "add", "--all")
    git(repository, "-c", "user.name=N", "-c", "user.email=n@n", "commit", "--quiet", "--allow-empty", "-m", message)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a commit of `old.py` (one finding), `clean.py` and `a/nested.py` (one finding)."""
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    lay_out(tmp_path, {"old.py": OLD, "clean.py": CLEAN, "a/nested.py": OLD})
    commit(tmp_path)
    return tmp_path


def places(*arguments: str, cwd: Path) -> list[tuple[str, int]]:
    """Path and line of each finding."""
    ran = nanlint("--output-format", "json", *arguments, cwd=cwd)
    assert ran.returncode in (0, 1), ran.stderr
    return [(finding["path"], finding["line"]) for finding in json.loads(ran.stdout)["findings"]]


def lines(path: Path, reference: str = "HEAD") -> list[int] | None:
    """The lines of a file that have changed since a commit; None if the file has not."""
    changes = since(reference, [str(path)])
    if str(path) not in changes.before:
        return None
    before = changes.before[str(path)]
    text = path.read_text()
    return list(range(1, text.count("\n") + 1)) if before is None else sorted(changed_lines(before, text))


def test_only_changed_lines_are_told(repository: Path) -> None:
    (repository / "old.py").write_text(NEW)
    lay_out(repository, {"untracked.py": OLD, "a/nested.py": f"# a remark\n{OLD}"})
    assert places("--changed", cwd=repository) == [("old.py", 9), ("untracked.py", 5)]
    ran = nanlint("--changed", cwd=repository)
    assert ran.stdout.splitlines()[-1].startswith("2 errors in 2 of 3 files; ")


def test_since_another_commit(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "-b", "topic")
    (repository / "old.py").write_text(NEW)
    commit(repository)
    assert places("--changed", cwd=repository) == []
    assert places("--changed=main", cwd=repository) == [("old.py", 9)]
    assert places("--changed", "old.py", cwd=repository) == []


def test_the_commit_may_stand_apart_unless_a_path_is_called_so(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "-b", "a")
    (repository / "old.py").write_text(NEW)
    commit(repository)
    assert places("--changed", "main", cwd=repository) == [("old.py", 9)]
    assert places("--changed", "HEAD~1", "old.py", cwd=repository) == [("old.py", 9)]
    assert places("--changed", "main", "--", "a", cwd=repository) == []
    lay_out(repository, {"a/nested.py": NEW})
    assert places("--changed", "a", cwd=repository) == [("a/nested.py", 9)], "a branch and a directory have this name"


def test_nothing_changed_is_said(repository: Path) -> None:
    ran = nanlint("--changed", cwd=repository)
    assert (ran.returncode, ran.stdout) == (0, "No findings in 0 files\n")
    assert ran.stderr == "no Python file has changed since HEAD\n"


def test_a_subdirectory_tells_of_its_own_files(repository: Path) -> None:
    lay_out(repository, {"old.py": NEW, "a/nested.py": NEW})
    assert places("--changed", cwd=repository / "a") == [("nested.py", 9)]
    assert places("--changed", "..", cwd=repository / "a") == [("../a/nested.py", 9), ("../old.py", 9)]


def test_a_renamed_file_is_compared_with_itself(repository: Path) -> None:
    git(repository, "mv", "old.py", "young.py")
    (repository / "young.py").write_text(NEW)
    assert lines(repository / "young.py") == [6, 7, 8, 9]


def test_staged_and_unstaged_changes_count(repository: Path) -> None:
    (repository / "old.py").write_text(NEW)
    git(repository, "add", "old.py")
    (repository / "old.py").write_text(f"import os\n{NEW}")
    assert lines(repository / "old.py") == [1, 7, 8, 9, 10]


def test_a_file_that_git_ignores_is_new_if_it_is_named(repository: Path) -> None:
    lay_out(repository, {".gitignore": "mine.py\n", "mine.py": OLD})
    commit(repository)
    assert places("--changed", "mine.py", cwd=repository) == [("mine.py", 5)]


def test_odd_names_and_line_ends(repository: Path) -> None:
    path = repository / 'a "b"\té.py'
    path.write_text(OLD)
    commit(repository)
    path.write_bytes(NEW.replace("\n", "\r\n").encode())
    assert lines(path) == [6, 7, 8, 9]


def test_before_the_first_commit_everything_is_new(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "old.py").write_text(OLD)
    git(tmp_path, "add", "old.py")
    assert lines(tmp_path / "old.py") == [1, 2, 3, 4, 5]


def test_a_repository_within_one_has_its_own_commits(repository: Path) -> None:
    inner = repository / "inner"
    inner.mkdir()
    git(inner, "init", "--quiet")
    (inner / "own.py").write_text(OLD)
    commit(inner)
    assert lines(inner / "own.py") is None
    (inner / "own.py").write_text(NEW)
    assert lines(inner / "own.py") == [6, 7, 8, 9]


def test_a_hook_s_repository_is_that_of_the_files(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "old.py").write_text(NEW)
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert lines(repository / "old.py") == [6, 7, 8, 9]


def test_unchanged_files_are_part_of_the_program(repository: Path) -> None:
    lay_out(repository, {"head.py": HEAD + "def head(x):\n    return torch.softmax(x, dim=-1)\n", "user.py": CLEAN})
    commit(repository)
    user = "import torch\nfrom head import head\n\nloss = torch.log(head(torch.randn(3)))\n"
    (repository / "user.py").write_text(user)
    assert places("--changed", cwd=repository) == [("user.py", 4)]


def test_what_an_unchanged_caller_does_to_a_changed_line_counts(repository: Path) -> None:
    lay_out(repository, {"losses.py": HEAD + "def entropy(p):\n    return p\n"})
    lay_out(repository, {"main.py": HEAD + "from losses import entropy\n\nentropy(torch.softmax(torch.randn(3), 0))\n"})
    commit(repository)
    (repository / "losses.py").write_text(HEAD + "def entropy(p):\n    return -(p * p.log()).sum()\n")
    ran = nanlint("--changed", "--output-format", "json", cwd=repository)
    found = [(finding["path"], finding["line"], finding["level"]) for finding in json.loads(ran.stdout)["findings"]]
    assert ("losses.py", 5, "error") in found
    assert {path for path, _, _ in found} == {"losses.py"}


def test_problems_of_unchanged_files_are_not_told(repository: Path) -> None:
    (repository / "broken.py").write_text("import torch\nx = (\n")
    commit(repository)
    assert nanlint("--changed", cwd=repository).returncode == 0
    (repository / "broken.py").write_text("import torch\ny = (\n")
    ran = nanlint("--changed", cwd=repository)
    assert (ran.returncode, ran.stderr) == (2, "error: broken.py:2:5: syntax error: '(' was never closed\n")


def test_a_notebook_is_compared_by_its_code(repository: Path) -> None:
    book = repository / "nb.ipynb"
    head, bug = "import torch\nx = torch.randn(3)", "loss = torch.log(torch.softmax(x, dim=-1))"
    book.write_text(content(head, bug))
    commit(repository)
    book.write_text(content(PROSE, head, bug).replace('"execution_count": null', '"execution_count": 3'))
    assert places("--changed", cwd=repository) == []
    book.write_text(content(PROSE, head, bug, "loss = torch.log(torch.sigmoid(x))"))
    ran = nanlint("--changed", "--output-format", "concise", cwd=repository)
    (line,) = ran.stdout.splitlines()
    assert line.startswith("nb.ipynb:cell 4:1:8: ")
    nanlint("--changed", "--fix", cwd=repository)
    assert sources(book)[2:] == [bug, "loss = torch.nn.functional.logsigmoid(x)"]


def test_only_changed_lines_are_fixed(repository: Path) -> None:
    (repository / "old.py").write_text(NEW)
    ran = nanlint("--changed", "--fix", cwd=repository)
    assert (ran.returncode, ran.stderr) == (0, "Fixed 1 finding in 1 file\n")
    assert (repository / "old.py").read_text() == NEW.replace(
        "torch.log(torch.sigmoid(x))", "torch.nn.functional.logsigmoid(x)"
    )


def test_an_unused_comment_on_an_unchanged_line_stays(repository: Path) -> None:
    text = CLEAN.replace("* 2\n", "* 2  # nanlint: ignore[NAN101]\n")
    (repository / "clean.py").write_text(text)
    commit(repository)
    lay_out(repository, {"clean.py": text + "\n\ny = 1  # nanlint: ignore[NAN101]\n"})
    nanlint("--changed", "--fix", cwd=repository)
    assert (repository / "clean.py").read_text() == text + "\n\ny = 1\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--changed=nowhere",), "--changed=nowhere: {root} has no such commit, branch or tag"),
        (("--changed", "nowhere"), "--changed=nowhere: {root} has no such commit, branch or tag"),
        (("--changed=--output=x",), "--changed=--output=x: {root} has no such commit, branch or tag"),
        (("--changed", "--write-baseline", "b"), "--changed and --write-baseline do not go together"),
    ],
)
def test_what_cannot_be_done_is_2_and_one_line(repository: Path, arguments: tuple[str, ...], message: str) -> None:
    ran = nanlint(*arguments, cwd=repository)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"error: {message.format(root=repository.resolve())}\n"


def test_outside_of_a_repository_is_2_and_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(OLD)
    ran = nanlint("--changed", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (2, "error: --changed: a.py is not in a Git repository\n")


def test_without_git_is_2_and_one_line(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = tmp_path_factory.mktemp("bin")
    ran = nanlint("--changed", cwd=repository, environment={"PATH": str(empty)})
    assert (ran.returncode, ran.stderr) == (2, "error: --changed asks Git, and there is no program `git`\n")


def test_what_git_refuses_is_said_in_its_words(repository: Path) -> None:
    (repository / ".git" / "index").write_bytes(b"broken")
    with pytest.raises(SettingsError, match=r"--changed: git diff failed in .*: fatal: "):
        since("HEAD", [str(repository / "old.py")])


TEXTS = st.lists(st.sampled_from(["a", "b", "", "c d"]), max_size=12).map("\n".join)


@given(TEXTS, TEXTS)
def test_the_lines_that_have_not_changed_are_lines_of_before(before: str, after: str) -> None:
    changed = changed_lines(before, after)
    kept = [line for number, line in enumerate(after.splitlines(), 1) if number not in changed]
    rest = iter(before.splitlines())
    assert all(line in rest for line in kept)
    assert not changed_lines(after, after)
