"""`pressrun doctor`: is everything as it should be, and if not, what to do."""

from dataclasses import asdict

import typer
from rich.text import Text

from pressrun.cli import doctor_server
from pressrun.cli.configuration import load_settings
from pressrun.cli.failure import ExitCode
from pressrun.cli.flags import AsJson, DatabaseUrl, DataDir
from pressrun.cli.printing import STATE_STYLES, output, plain, print_json
from pressrun.doctor import database, files, machine
from pressrun.doctor.finding import Finding


def doctor(database_url: DatabaseUrl = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Check this machine, the database and the server; every line says what is wrong and how to mend it.

    Example: pressrun doctor
    """
    settings = load_settings(database_url=database_url, data_dir=data_dir)
    findings = [
        *machine.findings(settings),
        *database.findings(settings),
        *files.findings(settings),
        *doctor_server.findings(settings),
    ]
    healthy = all(finding.state != "fail" for finding in findings)
    if as_json:
        print_json({"ok": healthy, "checks": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            _print(finding)
    if not healthy:
        raise typer.Exit(ExitCode.FAILED)


def _print(finding: Finding) -> None:
    fix = f": {finding.fix}" if finding.fix else ""
    state = (f"{finding.state:<5}", STATE_STYLES[finding.state])
    output().print(Text.assemble(state, plain(f"{finding.name:<15} {finding.detail}{fix}")))
