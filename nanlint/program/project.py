"""The files of one run as the modules of a program: which file an import means, and its tree."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeVar

from nanlint.caching.ledger import UNREADABLE, Ledger
from nanlint.program.documents import content_of, parsed
from nanlint.program.doubles import sets_double
from nanlint.program.filling import filled
from nanlint.program.modules import Modules
from nanlint.running.screen import may_matter
from nanlint.running.stopwatch import Stopwatch
from nanlint.text.bindings import bindings, imports
from nanlint.text.source import Source, SourceError, from_text, read

if TYPE_CHECKING:
    import libcst as cst

    from nanlint.text.sections import Sections

MAX_TREES = 48  # trees that a process keeps: some 350 bytes per byte of source, hence 0.2 GB of average files

_Answer = TypeVar("_Answer")
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Outline:
    """doubles: the file makes float64 the default of new arrays; imported: the files of the run that it imports."""

    doubles: bool = False
    imported: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Project:
    """Files that are linted together. Picklable; what it reads and parses it keeps.

    paths: of the files; texts: what stands for the content of some of them on disk; watch: times what it does.
    """

    paths: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    watch: Stopwatch = field(default_factory=Stopwatch)

    def refresh(self) -> None:
        """Forgets what was read in files, since some have changed. Trees stay: each knows the text that it is of."""
        for kept in (self._names, self._frameworks, self._documents, self._answers):
            kept.clear()

    def find(self, importer: str, name: str) -> str | None:
        """The file (or directory of files) that `import name` means in the file `importer`."""
        found = self._modules.find(importer, name)
        self._ledger.found[importer, name] = found
        return found

    def names(self, path: str) -> frozenset[str]:
        """What the file's body binds, star imports from other files of the run included; empty for a directory."""
        return self._remembered(self._names, path, lambda: frozenset(self._bound(path)))

    def _bound(self, path: str) -> Iterator[str]:
        """From file to file, each once: star imports may go in a circle."""
        pending, seen = [path], {path}
        while pending:
            current = pending.pop()
            for name in self._own_bindings(current):
                star = name.removesuffix("*")
                if star != name:
                    other = self.find(current, star)
                    if other is not None and other not in seen:
                        pending.append(other)
                        seen.add(other)
                elif current == path or not name.startswith("_"):
                    yield name

    def _own_bindings(self, path: str) -> frozenset[str]:
        try:
            return bindings(self.source(path).text) if path in self._modules.files else frozenset()
        except (SourceError, SyntaxError, ValueError, RecursionError):  # linting the file itself reports it
            return frozenset()

    def document(self, importer: str, path: str) -> tuple[str, object] | None:
        """The configuration file that `importer` opens as `path`; a text that stands for no file has none."""
        return self._remembered(self._documents, (importer, path), lambda: self._document(importer, path))

    def _document(self, importer: str, path: str) -> tuple[str, object] | None:
        content = None if importer.startswith("<") else content_of(importer, path, self._modules.root)
        self._ledger.documents[importer, path] = None if content is None else _digest(content)
        return None if content is None else parsed(path, content)

    def document_digest(self, importer: str, path: str) -> str | None:
        """Of the content of the configuration file that `importer` opens as `path`; None if there is none."""
        content = None if importer.startswith("<") else content_of(importer, path, self._modules.root)
        return None if content is None else _digest(content)

    def matters(self, source: Source, aliases: frozenset[str] = frozenset()) -> bool:
        """False only if neither the file nor one that it imports (past `__init__.py`, which hands on) has a framework.

        Values of a framework may still come by a longer way; they come from files that are examined.
        """
        with self.watch.stage("screening"):
            imported = self._imported(source.path, source.text)
            return may_matter(source.text, aliases) or any(self._has_framework(path, aliases) for path in imported)

    def _has_framework(self, path: str, aliases: frozenset[str]) -> bool:
        def found() -> bool:
            return any(may_matter(text, aliases) for text in self._handed_on(path))

        return self._remembered(self._frameworks, (path, aliases), found)

    def _handed_on(self, path: str) -> Iterator[str]:
        """The text of the file, and of what an `__init__.py` imports, and of what those do if they are some."""
        pending, seen = [path], {path}
        while pending:
            current = pending.pop()
            try:
                text = self.source(current).text
            except SourceError:
                continue
            yield text
            if PurePath(current).name == "__init__.py":
                onward = [other for other in dict.fromkeys(self._imported(current, text)) if other not in seen]
                pending.extend(onward)
                seen.update(onward)

    def doubled(self, path: str) -> bool | None:
        """Whether the programs that use the file make float64 the default; None if only some of them do."""
        return self.answer("doubled", path)

    def filled(self, path: str) -> bool:
        """The files that use it fill the parameters of the models in there."""
        return self.answer("filled", path) is True

    def answer(self, question: str, path: str) -> bool | None:
        """What the files of the run that use this one say."""
        key = question, path
        if key not in self._answers:
            with self.recorded(Ledger()):  # the answer counts, not the texts of all files
                answers = {"doubled": self._doubled, "filled": self._filled}
                self._answers[key] = answers[question](path) if path in self._modules.files else False
        self._ledger.answers[key] = self._answers[key]
        return self._answers[key]

    def _doubled(self, path: str) -> bool | None:
        """A program is a file that no other imports, with all that it imports."""
        setting = {other for other in self.paths if self._outline(other).doubles}
        if not setting:
            return False
        imports = self._imports()
        importers = _turned(imports)
        users = {path, *_reached([path], importers)}
        programs = [user for user in users if not importers.get(user)] or [path]
        answers = {not setting.isdisjoint({program, *_reached([program], imports)}) for program in programs}
        return answers.pop() if len(answers) == 1 else None

    def _filled(self, path: str) -> bool:
        users = sorted(self.dependents([path]) - {path})
        return filled(self._text(path), [self._text(user) for user in users])

    def _text(self, path: str) -> str:
        try:
            return self.source(path).text
        except SourceError:
            return ""

    def dependents(self, paths: Iterable[str]) -> frozenset[str]:
        """The files of the run that import one of these, and those that import them in turn."""
        return _reached(paths, _turned(self._imports()))

    def bound_to(self, paths: Collection[str]) -> frozenset[str]:
        """The files with which one of these may have findings in common: those that use it, and all that they use."""
        imports = self._imports()
        users = {*paths, *_reached(paths, _turned(imports))}
        return frozenset(users) | _reached(users, imports)

    def _imports(self) -> dict[str, frozenset[str]]:
        """What each file of the run that can be read imports of the run."""
        return {path: self._outline(path).imported for path in self.paths}

    def _outline(self, path: str) -> Outline:
        """What the file says to who asks every file of the run; read again only if it has changed."""
        stamp = stamp_of(path, self.texts.get(path))
        known, outline = self._outlines.get(path, (None, Outline()))
        if stamp is None or known != stamp:
            with suppress(SourceError):
                text = self.source(path).text
                outline = Outline(sets_double(text), frozenset(self._imported(path, text)))
            self._outlines[path] = stamp, outline
        return outline

    def _imported(self, importer: str, text: str) -> Iterator[str]:
        """The files of the run that the text imports."""
        found = (self.find(importer, name) for name in imports(text))
        yield from (path for path in found if path in self._modules.files)

    @contextmanager
    def recorded(self, ledger: Ledger) -> Iterator[None]:
        """Writes down in `ledger` what is asked meanwhile, and the answers."""
        self._ledgers.append(ledger)
        try:
            yield
        finally:
            self._ledgers.pop()

    def _remembered(
        self, memory: dict[_Key, tuple[_Answer, Ledger]], key: _Key, answer: Callable[[], _Answer]
    ) -> _Answer:
        """The answer from memory; whoever hears it depends on what it was made of."""
        if key not in memory:
            ledger = Ledger()
            with self.recorded(ledger):
                memory[key] = answer(), ledger
        found, behind = memory[key]
        self._ledger.take(behind)
        return found

    def source(self, path: str) -> Source:
        """The file's text. Raises SourceError."""
        try:
            with self.watch.stage("reading"):
                source = from_text(self.texts[path], path) if path in self.texts else read(path)
        except SourceError:
            self._ledger.contents.add((path, UNREADABLE))
            raise
        self._ledger.contents.add((path, digest(source)))
        return source

    def tree(self, path: str) -> cst.Module | None:
        """The file's tree; None for a directory and for what cannot be read or parsed."""
        if path not in self._modules.files:
            return None
        try:
            return self.parsed(self.source(path))
        except SourceError:
            return None

    def parsed(self, source: Source) -> cst.Module:
        """The tree of a text that a file of the run has or gets. Raises SourceError."""
        text, tree = self._trees.pop(source.path, ("", None))
        if tree is None or text != source.text:
            with self.watch.stage("parsing"):
                text, tree = source.text, self.parse(source)
        self._trees[source.path] = text, tree
        if len(self._trees) > MAX_TREES:
            self._trees.popitem(last=False)
        return tree

    def parse(self, source: Source) -> cst.Module:
        """The tree of a text that is none of those kept. Raises SourceError."""
        from nanlint.text.parsing import parse

        return parse(source)

    def sections(self, _: str, /) -> Sections:
        """What is known of the places of nodes in a file: nothing yet."""
        from nanlint.text.sections import Sections

        return Sections()

    @cached_property
    def place(self) -> str:
        """Equal for runs of the same files in the same directory, in which every import means the same."""
        return _digest("\0".join([os.getcwd(), *self.paths]))  # noqa: PTH109 - as in nanlint.program.modules

    @cached_property
    def _modules(self) -> Modules:
        return Modules(self.paths)

    @cached_property
    def _frameworks(self) -> dict[tuple[str, frozenset[str]], tuple[bool, Ledger]]:
        return {}

    @cached_property
    def _names(self) -> dict[str, tuple[frozenset[str], Ledger]]:
        return {}

    @cached_property
    def _documents(self) -> dict[tuple[str, str], tuple[tuple[str, object] | None, Ledger]]:
        return {}

    @cached_property
    def _outlines(self) -> dict[str, tuple[object, Outline]]:
        return {}

    @cached_property
    def _answers(self) -> dict[tuple[str, str], bool | None]:
        return {}

    @property
    def _ledger(self) -> Ledger:
        return self._ledgers[-1]

    @cached_property
    def _ledgers(self) -> list[Ledger]:
        """Who is asking, from the outside in; the first is nobody."""
        return [Ledger()]

    @cached_property
    def _trees(self) -> OrderedDict[str, tuple[str, cst.Module]]:
        return OrderedDict()


def _turned(imports: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Who imports each file."""
    importers: dict[str, set[str]] = {}
    for path, imported in imports.items():
        for other in imported:
            importers.setdefault(other, set()).add(path)
    return importers


def _reached(paths: Iterable[str], onward: Mapping[str, Set[str]]) -> frozenset[str]:
    """Where one comes from these in one step or more."""
    pending, found = list(paths), set[str]()
    while pending:
        new = onward.get(pending.pop(), set()) - found
        found |= new
        pending += new
    return frozenset(found)


def stamp_of(path: str, text: str | None) -> object:
    """Equal for equal contents; None where there is nothing to tell by."""
    if text is not None:
        return text
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path for each file takes as long
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def digest(source: Source) -> str:
    """Equal for equal contents; that of a file on disk is of its bytes."""
    return source.digest.hex() or _digest(f"text {source.whole}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
