"""The way of a run: settings, files, lint or fix, filters, outputs, exit code. Each step is one short function."""

from __future__ import annotations

from dataclasses import replace

from nanlint import api
from nanlint.cli.configured import Policy, not_judging_comments, policy_of, resolver_of
from nanlint.cli.existing import adopt, adopts, check_terminal, known_before, unknown
from nanlint.cli.finding import find
from nanlint.cli.found import Found
from nanlint.cli.outcome import Outcome
from nanlint.cli.run import Run
from nanlint.cli.showing import destinations_of, notice, show, show_files, show_settings, tell_fixes, tell_problems
from nanlint.cli.standard_input import handed_back
from nanlint.cli.support import aids_of, in_progress, tell_account
from nanlint.reports import Report
from nanlint.running.aids import Aids
from nanlint.settings import of_path

UNABLE = 2


def carry_out(run: Run) -> int:
    """Does what the command line asks for; the exit code. Raises SettingsError, OutputError, KeyboardInterrupt."""
    if run.files.watch:
        from nanlint.cli.watching import watch

        return watch(run, carry_out)
    adopting = adopts(run)
    if run.fixes.interactive:
        check_terminal()
    resolver = resolver_of(run)
    conduct = resolver.of_run().conduct
    destinations_of(run, conduct)
    known_before(run, conduct.baseline)
    aids = aids_of(run, resolver.of_run())
    with aids.stopwatch.stage("discovery"):
        found = find(run, resolver)
        policy = not_judging_comments(policy_of(resolver, found.program), found.half_seen)
    if found.content is not None:
        aids = replace(aids, cache=None)
    if run.configuration.show_settings:
        return show_settings(resolver, found.files)
    if run.configuration.show_files:
        return show_files(found.files, found.unfound)
    if run.fixes.interactive:
        return interact(run, found, policy, aids)
    with in_progress(run, aids) as aids:
        outcome = (fix if run.fixes.asked else lint)(run, found, policy, aids)
    outcome = replace(outcome, report=filtered(run, found, outcome, policy))
    if adopting:
        tell_problems(run, outcome.report)
        if run.fixes.asked:
            tell_fixes(run, outcome)
        return adopt(run, found, outcome.report, policy.files)
    with aids.stopwatch.stage("formatting"), handed_back(run, found, outcome):
        show(run, policy, outcome)
    tell_account(run, outcome.report, aids)
    return exit_code(run, policy, outcome)


def interact(run: Run, found: Found, policy: Policy, aids: Aids) -> int:
    """Asks before each fix; the exit code is for what is left then."""
    from nanlint.cli.interactive import review
    from nanlint.fixing.sitting import Sitting

    with in_progress(run, aids) as aids:
        sitting = Sitting(found.files, policy.files, aids)
    before = Report(sitting.reports())
    tell_problems(run, Report((*found.unfound, *before.files)))
    left = review(sitting)
    return exit_code(run, policy, Outcome(filtered(run, found, Outcome(left, before=before), policy)))


def lint(run: Run, found: Found, policy: Policy, aids: Aids) -> Outcome:
    """Reports what is found."""
    if run.fixes.unsafe_fixes:
        notice(run, "--unsafe-fixes does nothing without --fix or --diff", "warning")
    return Outcome(api.lint_paths(found.files, policy.files, aids=aids, around=found.around))


def fix(run: Run, found: Found, policy: Policy, aids: Aids) -> Outcome:
    """Fixes, on disk unless only the diff is wanted or nothing is on disk, and reports what remains."""
    unsafe, write = run.fixes.unsafe_fixes, not run.fixes.diff and found.content is None
    known = write and known_before(run, policy.conduct.baseline)
    before = api.lint_paths(found.files, policy.files, aids=aids, around=found.around) if known else None
    fixed = api.fix_paths(found.files, policy.files, unsafe=unsafe, write=write, aids=aids, around=found.around)
    return Outcome(Report(tuple(result.report for result in fixed)), fixed, before)


def filtered(run: Run, found: Found, outcome: Outcome, policy: Policy) -> Report:
    """The report without what the run does not want to hear of, and with the paths where nothing could be linted."""
    known = known_before(run, policy.conduct.baseline)
    report = unknown(run, found, outcome, policy.files, known)
    return report if found.around.changes is None else found.around.changes.only(report)


def exit_code(run: Run, policy: Policy, outcome: Outcome) -> int:
    """0: nothing to fail on; 1: a finding that fails, a diff, or fixes if they are to fail; 2: some file failed."""
    if outcome.report.problems:
        return UNABLE
    if run.fixes.diff or (run.fixes.exit_non_zero_on_fix and outcome.changed):
        return int(bool(outcome.changed))
    if run.rules.exit_zero or run.fixes.fix_only:
        return 0
    findings = outcome.report.findings
    return int(any(finding.level >= of_path(policy.files, finding.place.path).fail_on for finding in findings))
