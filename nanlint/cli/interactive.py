"""`--interactive`: each fix with its evidence and its diff, and a key to press."""

from __future__ import annotations

import io
import re
import shutil
import sys

from nanlint.findings import Applicability, Problem
from nanlint.fixing.review import Answer, Question, Reply, Review
from nanlint.fixing.sitting import Sitting
from nanlint.formats import View, count
from nanlint.formats.full import framed
from nanlint.reports import Report
from nanlint.showing import console
from nanlint.showing.terminal import Paint, wants_colour

_KINDS = {
    Applicability.SAFE: ("Apply this safe fix?", "green"),
    Applicability.UNSAFE: ("Apply this unsafe fix? It changes values or training.", "yellow"),
    Applicability.SUGGESTION: ("This is a suggestion for you to apply.", "cyan"),
}
_HELP = {
    Answer.YES: "yes, apply this fix",
    Answer.NO: "no, leave it",
    Answer.ALL: "apply this and all other fixes of this rule that are as safe",
    Answer.IGNORE: "write a comment that ignores this finding; `i REASON` writes the reason, too",
    Answer.QUIT: "quit; what was applied stays",
}


def review(sitting: Sitting) -> Report:
    """Asks for each fix and does as it is told; what is left then. An interrupt quits as the key does."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    reviewed = Review(sitting, _ask, _tell)
    try:
        reviewed.run()
    except KeyboardInterrupt:
        console.write("\n")
    left = Report(sitting.reports())
    done = f"Fixed {count(reviewed.applied, 'finding')}, ignored {reviewed.ignored}, left {len(left.findings)}"
    console.write(f"{Paint(wants_colour(sys.stdout))(done, 'bold')}\n")
    return left


def _ask(question: Question) -> Reply:
    colour = wants_colour(sys.stdout)
    paint = Paint(colour)
    view = View(Report((question.file,)), colour, width=shutil.get_terminal_size().columns, whole=True)
    text, style = _KINDS[question.fix.applicability]
    to_go = f" ({question.to_go} more in this file)" if question.to_go else ""
    keys = ",".join([*(answer.value for answer in question.answers), "?"])
    console.write(f"\n{framed(question.finding, question.file, view)}\n\n")
    while True:
        console.write(f"{paint(text, style)}{to_go} [{keys}] ")
        line = sys.stdin.readline()
        if not line:
            console.write("\n")
            return Reply(Answer.QUIT)
        reply = _read(line, question)
        if reply is not None:
            return reply
        console.write("".join(f"  {answer.value}  {_HELP[answer]}\n" for answer in question.answers))


def _read(line: str, question: Question) -> Reply | None:
    """The answer that a line gives; None if it gives none."""
    key, _, reason = line.strip().partition(" ")
    answers = {answer.value: answer for answer in question.answers}
    answer = answers.get(key.lower()[:1]) if re.fullmatch("yes|no|all|ignore|quit|.", key.lower()) else None
    if answer is None or (reason and answer is not Answer.IGNORE):
        return None
    return Reply(answer, reason.strip())


def _tell(problem: Problem) -> None:
    console.tell(str(problem), "error")
