"""Completion in shells: the script that each of them loads, and what it then offers."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.tools import nanlint, plain_environment
from tests.doors.tools import ROOT, register

LOAD = 'eval "$(nanlint generate-shell-completion {shell})"'


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the command `nanlint`, as an installer would write it."""
    directory = tmp_path_factory.mktemp("bin")
    command = directory / "nanlint"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m nanlint "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return directory


def environment(programs: Path) -> dict[str, str]:
    found = plain_environment()
    return found | {"PATH": f"{programs}{os.pathsep}{found['PATH']}", "TERM": "xterm", "PS1": "> ", "HISTFILE": ""}


class Terminal:
    """A shell at a terminal, typed into."""

    def __init__(self, command: list[str], programs: Path, directory: Path) -> None:
        self.screen, other = pty.openpty()
        self.shell = subprocess.Popen(
            command,
            stdin=other,
            stdout=other,
            stderr=other,
            cwd=directory,
            env=environment(programs),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(other)

    def type(self, keys: str, expected: str) -> str:
        """Types and reads until the terminal shows what is expected."""
        os.write(self.screen, keys.encode())
        shown, end = "", time.monotonic() + 60
        while expected not in shown and time.monotonic() < end:
            if select.select([self.screen], [], [], 1)[0]:
                shown += os.read(self.screen, 65536).decode(errors="replace")
        assert expected in shown
        return shown

    def close(self) -> None:
        self.shell.kill()
        self.shell.wait()
        os.close(self.screen)


@pytest.fixture
def bash(programs: Path, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(["bash", "--norc", "--noprofile", "-i"], programs, tmp_path)
    terminal.type(f"{LOAD.format(shell='bash')}; echo load''ed\n", "loaded")
    yield terminal
    terminal.close()


def test_bash_completes_commands_options_values_and_files(bash: Terminal, tmp_path: Path) -> None:
    (tmp_path / "training.py").touch()
    bash.type("nanlint --extend-se\t", "--extend-select ")
    bash.type("log-of-so\t", "log-of-softmax ")
    bash.type("--fail-on warn\t", "warning ")
    bash.type("trai\t", "training.py ")
    bash.type("\x15nanlint gen\t", "generate-shell-completion ")
    bash.type("\x15nanlint rule fully\t", "fully-masked-softmax ")


def test_what_is_complete_is_not_done(bash: Terminal) -> None:
    """An option that would act at once only counts as written."""
    shown = bash.type("nanlint --version --no-plug\t", "--no-plugins ")
    assert "nanlint 0" not in shown


@pytest.mark.program("zsh")
def test_zsh_completes(programs: Path, tmp_path: Path) -> None:
    terminal = Terminal(["zsh", "-f", "-i"], programs, tmp_path)
    start = f"autoload -Uz compinit; compinit -u -d {tmp_path}/dump; {LOAD.format(shell='zsh')}; echo load''ed\n"
    terminal.type(start, "loaded")
    terminal.type("nanlint --extend-se\t", "--extend-select")
    terminal.type("\x15nanlint rule log-of-so\t", "log-of-softmax")
    terminal.close()


@pytest.mark.program("fish")
def test_fish_completes_with_explanations(programs: Path, tmp_path: Path) -> None:
    questions = ("nanlint --extend-se", "nanlint rule log-of-so", "nanlint trai")
    asked = "; ".join(f'complete --do-complete "{question}"' for question in questions)
    (tmp_path / "training.py").touch()
    ran = subprocess.run(
        ["fish", "--no-config", "-c", f"nanlint generate-shell-completion fish | source; {asked}"],
        cwd=tmp_path,
        env=environment(programs),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert ran.stdout.splitlines() == ["--extend-select\tThese as well.", "log-of-softmax", "training.py"]


def test_powershell_is_answered_as_its_script_asks(tmp_path: Path) -> None:
    script = nanlint("generate-shell-completion", "powershell", cwd=tmp_path).stdout
    assert script.splitlines()[-1].startswith("Register-ArgumentCompleter -Native -CommandName nanlint")
    asked = {"_NANLINT_COMPLETE": "complete_powershell", "_TYPER_COMPLETE_ARGS": "nanlint rule log-of-so"}
    assert all(f"$Env:{variable}" in script for variable in asked)
    answer = nanlint(cwd=tmp_path, environment={**asked, "_TYPER_COMPLETE_WORD_TO_COMPLETE": "log-of-so"})
    assert answer.stdout == "log-of-softmax::: \n"


def test_a_broken_plugin_is_one_line_there_too(tmp_path: Path) -> None:
    register(tmp_path, "acme", "0.3", {"nanlint.rules": {"acme": "acme_nanlint"}})
    asked = {"_NANLINT_COMPLETE": "complete_bash", "COMP_WORDS": "nanlint rule log", "COMP_CWORD": "2"}
    packages = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    ran = nanlint(cwd=tmp_path, environment={**asked, **packages})
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: plugin acme 0.3: acme_nanlint cannot be imported")
    assert ran.stderr.count("\n") == 1


def test_lists_of_rules_go_on_behind_a_comma(tmp_path: Path) -> None:
    def answer(word: str) -> list[str]:
        asked = {"_NANLINT_COMPLETE": "complete_bash", "COMP_WORDS": f"nanlint --select {word}", "COMP_CWORD": "2"}
        return nanlint(cwd=tmp_path, environment=asked).stdout.split()

    assert answer("NAN2,log-of-so") == ["NAN2,log-of-softmax"]
    assert answer("nan20,nan21") == ["nan20,nan210"]


def test_the_first_line_tells_zsh_what_the_script_is(tmp_path: Path) -> None:
    assert nanlint("generate-shell-completion", "zsh", cwd=tmp_path).stdout.startswith("#compdef nanlint\n")


def test_a_shell_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    ran = nanlint("generate-shell-completion", "tcsh", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "'tcsh' is not one of 'bash', 'fish', 'powershell', 'zsh'" in ran.stderr
