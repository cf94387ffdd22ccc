"""`icl-course doctor`: see what this machine can do, and whether the sandbox holds."""

import click
from rich.table import Table

from autograder.commands.terminal import NOT_YET, console, json_option, print_json
from autograder.sandbox.bubblewrap import SandboxUnavailableError
from autograder.sandbox.doctor import Finding, examine


@click.command("doctor")
@json_option
def doctor_command(as_json: bool) -> None:
    """Attack every barrier of the sandbox from inside, and print what holds.

    Takes half a minute. Exit status 0 if all barriers hold, 1 if not, or if there is no sandbox.
    """
    findings: list[Finding] = []
    out = console()
    try:
        with out.status("attacking the sandbox") if out.is_terminal else out.capture():
            findings += examine()
    except SandboxUnavailableError as error:
        findings.append(Finding("sandbox", False, str(error)))
    if as_json:
        print_json({"barriers": [vars(finding) for finding in findings]})
    else:
        table = Table("barrier", "holds", "", box=None, pad_edge=False)
        for finding in findings:
            holds = "[green]yes[/]" if finding.holds else "[red]no[/]"
            table.add_row(finding.barrier, holds, finding.told)
        out.print(table)
    if not all(finding.holds for finding in findings):
        raise SystemExit(NOT_YET)
