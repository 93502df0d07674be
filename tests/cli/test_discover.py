"""Which files are found: compared with Git's own opinion, and where Git has none, with ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanlint.files.discover import SKIPPED_DIRECTORIES, discover
from tests.cli.tools import git, lay_out

TREE = ("a.py", "b.py", "data/a.py", "data/keep.py", "pkg/a.py", "pkg/data/a.py", "pkg/sub/a.py", "pkg/sub/keep.py")


def found(*paths: Path | str) -> list[str]:
    discovered = discover(paths)
    assert discovered.problems == ()
    return [path.as_posix() for path in discovered.files]


@pytest.mark.parametrize(
    "ignore_files",
    [
        pytest.param({}, id="nothing is ignored"),
        pytest.param({".gitignore": "a.py"}, id="a name at every level"),
        pytest.param({".gitignore": "/a.py"}, id="a slash in front anchors"),
        pytest.param({".gitignore": "pkg/a.py"}, id="a slash inside anchors"),
        pytest.param({".gitignore": "data/"}, id="a directory at every level"),
        pytest.param({".gitignore": "/data/"}, id="a directory at the root"),
        pytest.param({".gitignore": "a.py/"}, id="a pattern for directories leaves files alone"),
        pytest.param({".gitignore": "pkg/**/a.py"}, id="two stars are any depth"),
        pytest.param({".gitignore": "**/sub"}, id="two stars in front"),
        pytest.param({".gitignore": "data/*\n!data/keep.py"}, id="all but one"),
        pytest.param({".gitignore": "data/**\n!data/keep.py"}, id="all of a directory but one"),
        pytest.param({".gitignore": "data\n!data/keep.py"}, id="nothing comes back from an ignored directory"),
        pytest.param({".gitignore": "*\n!*/\n!keep.py"}, id="a list of what is not ignored"),
        pytest.param({".gitignore": "/*\n!/pkg\n"}, id="only one directory"),
        pytest.param({".gitignore": "*.py\n!pkg/"}, id="a directory comes back without its ignored files"),
        pytest.param({".gitignore": "?.py\n[b-d]ata"}, id="question mark and class"),
        pytest.param({".gitignore": "# a.py\n\n\\#b.py\n  \nb.py  \n"}, id="comments, blanks, trailing spaces"),
        pytest.param({".gitignore": "a.py\r\ndata/\r\n"}, id="carriage returns"),
        pytest.param({".gitignore": "\ufeffa.py\n"}, id="byte order mark"),
        pytest.param({".gitignore": "!\n/\nb.py"}, id="lines that are no pattern"),
        pytest.param({".gitignore": "a.py", "pkg/.gitignore": "!a.py"}, id="an inner file outvotes an outer one"),
        pytest.param({"pkg/.gitignore": "/a.py\nsub/"}, id="patterns are relative to their file"),
        pytest.param({".git/info/exclude": "a.py", "pkg/.gitignore": "!a.py"}, id="info/exclude has the last word"),
    ],
)
def test_ignores_what_git_ignores(tmp_path: Path, ignore_files: dict[str, str]) -> None:
    git(tmp_path, "init", "--quiet")
    lay_out(tmp_path, dict.fromkeys(TREE, "") | ignore_files)
    listed = git(tmp_path, "ls-files", "--others", "--exclude-standard", "*.py").split()
    assert found(tmp_path) == sorted(f"{tmp_path.as_posix()}/{name}" for name in listed)


def test_a_directory_obeys_the_ignore_files_above_it(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    lay_out(tmp_path, dict.fromkeys(TREE, "") | {".gitignore": "/pkg/sub/a.py\ndata/"})
    assert found(tmp_path / "pkg") == [f"{tmp_path}/pkg/a.py", f"{tmp_path}/pkg/sub/keep.py"]


def test_an_ignored_directory_is_searched_if_it_is_named(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    lay_out(tmp_path, dict.fromkeys(TREE, "") | {".gitignore": "data/\n", "data/.gitignore": "keep.py"})
    assert found(tmp_path / "data") == [f"{tmp_path}/data/a.py"]


def test_ignore_files_above_the_repository_do_not_count(tmp_path: Path) -> None:
    lay_out(tmp_path, {".gitignore": "*.py", "repository/a.py": ""})
    git(tmp_path, "init", "--quiet", "repository")
    assert found(tmp_path / "repository") == [f"{tmp_path}/repository/a.py"]


def test_a_repository_within_a_repository_has_its_own_rules(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "init", "--quiet", "inner")
    lay_out(
        tmp_path, {".gitignore": "a.py", "a.py": "", "inner/a.py": "", "inner/b.py": "", "inner/.gitignore": "b.py"}
    )
    assert found(tmp_path) == [f"{tmp_path}/inner/a.py"]


def test_a_worktree_has_the_excludes_of_its_repository(tmp_path: Path) -> None:
    main, work = tmp_path / "main", tmp_path / "work"
    git(tmp_path, "init", "--quiet", "main")
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    git(main, *author, "commit", "--quiet", "--allow-empty", "--message", "start")
    git(main, "worktree", "add", "--quiet", str(work))
    lay_out(tmp_path, {"main/.git/info/exclude": "a.py\n", "work/a.py": "", "work/b.py": ""})
    assert found(work) == [f"{work}/b.py"]


def test_ignore_files_count_outside_of_a_repository(tmp_path: Path) -> None:
    lay_out(tmp_path, dict.fromkeys(TREE, "") | {"pkg/.gitignore": "sub/\ndata/", ".gitignore": "/data"})
    assert found(tmp_path) == [f"{tmp_path}/{name}" for name in ("a.py", "b.py", "pkg/a.py")]


def test_a_file_that_is_named_is_taken_with_any_suffix_and_though_ignored(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    lay_out(tmp_path, {".gitignore": "*", "a.py": "", "script": "", ".venv/b.py": ""})
    assert found(*(tmp_path / name for name in ("a.py", "script", ".venv/b.py"))) == [
        f"{tmp_path}/{name}" for name in (".venv/b.py", "a.py", "script")
    ]


@pytest.mark.parametrize("name", sorted(SKIPPED_DIRECTORIES - {".git"}))
def test_skips_a_directory_that_holds_no_code_of_the_project(tmp_path: Path, name: str) -> None:
    lay_out(tmp_path, {f"{name}/a.py": "", f"pkg/{name}/a.py": "", "pkg/a.py": ""})
    assert found(tmp_path) == [f"{tmp_path}/pkg/a.py"]
    assert found(tmp_path / name) == [f"{tmp_path}/{name}/a.py"]


def test_env_is_skipped_only_if_it_is_an_environment(tmp_path: Path) -> None:
    lay_out(tmp_path, {"env/pyvenv.cfg": "", "env/a.py": "", "agent/env/a.py": ""})
    assert found(tmp_path) == [f"{tmp_path}/agent/env/a.py"]
    assert found(tmp_path / "env") == [f"{tmp_path}/env/a.py"]


def test_only_python_files_are_found_in_directories(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": "", "b.pyi": "", "c.PY": "", "d": "", "e.py/f.txt": "", ".hidden.py": ""})
    assert found(tmp_path) == [f"{tmp_path}/.hidden.py", f"{tmp_path}/a.py"]


def test_paths_are_shown_as_they_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"src/a.py": ""})
    monkeypatch.chdir(tmp_path)
    assert found(".") == found("src") == found("./src/a.py") == ["src/a.py"]
    assert found("src/../src") == ["src/../src/a.py"]


def test_nothing_is_found_twice(tmp_path: Path) -> None:
    lay_out(tmp_path, {"src/a.py": "", "src/b.py": ""})
    (tmp_path / "alias.py").symlink_to("src/a.py")
    (tmp_path / "aliases").symlink_to("src")
    expected = [f"{tmp_path}/src/a.py", f"{tmp_path}/src/b.py"]
    assert found(tmp_path, tmp_path / "src", tmp_path / "src/a.py", tmp_path) == expected


def test_links_are_followed_to_places_outside(tmp_path: Path) -> None:
    lay_out(tmp_path, {"elsewhere/a.py": "", "elsewhere/b.py": "", "src/c.py": ""})
    (tmp_path / "src/linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "src/b.py").symlink_to(tmp_path / "elsewhere/b.py")
    assert found(tmp_path / "src") == [f"{tmp_path}/src/b.py", f"{tmp_path}/src/c.py", f"{tmp_path}/src/linked/a.py"]


def test_an_ignored_link_is_not_followed(tmp_path: Path) -> None:
    lay_out(tmp_path, {"elsewhere/a.py": "", "src/.gitignore": "data/", "src/a.py": ""})
    (tmp_path / "src/data").symlink_to(tmp_path / "elsewhere")
    assert found(tmp_path / "src") == [f"{tmp_path}/src/a.py"]


@pytest.mark.parametrize("target", [".", "..", "../pkg"])
def test_a_link_to_a_directory_around_it_is_a_problem_and_is_not_followed(tmp_path: Path, target: str) -> None:
    lay_out(tmp_path, {"pkg/a.py": ""})
    (tmp_path / "pkg/loop").symlink_to(target)
    discovered = discover([tmp_path])
    assert discovered.files == (tmp_path / "pkg/a.py",)
    (problem,) = discovered.problems
    assert problem.path == f"{tmp_path}/pkg/loop"
    assert problem.message == f"is a symbolic link that leads back to {(tmp_path / 'pkg' / target).resolve()}: a loop"


def test_two_directories_that_link_to_each_other_are_each_searched_once(tmp_path: Path) -> None:
    lay_out(tmp_path, {"one/a.py": "", "two/b.py": ""})
    (tmp_path / "one/two").symlink_to(tmp_path / "two")
    (tmp_path / "two/one").symlink_to(tmp_path / "one")
    assert found(tmp_path) == [f"{tmp_path}/one/a.py", f"{tmp_path}/two/b.py"]


def test_a_link_to_itself_is_a_problem_named_or_found(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for path in (tmp_path, tmp_path / "loop"):
        (problem,) = discover([path]).problems
        assert (problem.path, problem.message) == (f"{tmp_path}/loop", "is a symbolic link that leads to itself")


def test_a_dangling_link_to_a_python_file_is_a_problem_but_not_the_lock_of_an_editor(tmp_path: Path) -> None:
    for name in ("gone.py", ".#a.py", "data"):
        (tmp_path / name).symlink_to("nowhere")
    (problem,) = discover([tmp_path]).problems
    assert problem == type(problem)(f"{tmp_path}/gone.py", "does not exist")


def test_a_path_that_does_not_exist_is_a_problem(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": ""})
    discovered = discover([tmp_path / "no.py", tmp_path / "a.py", tmp_path / "a.py/b.py"])
    assert discovered.files == (tmp_path / "a.py",)
    assert [str(problem) for problem in discovered.problems] == [
        f"{tmp_path}/a.py/b.py: cannot be read: Not a directory",
        f"{tmp_path}/no.py: does not exist",
    ]
