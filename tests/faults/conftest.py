"""Says at the end how many points there are in each flow."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    points = {
        name: many
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, many in report.user_properties
        if isinstance(name, str) and name.startswith("points of ")
    }
    if points:
        said = ", ".join(f"{name.removeprefix('points of ')} {n}" for name, n in points.items())
        terminalreporter.write_line(f"Points at which a flow was cut: {said}")
