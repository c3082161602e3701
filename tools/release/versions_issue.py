"""Keep one issue open while the newest versions fail, and close it when they pass again.

`python -m tools.release.versions_issue RESULT FOLDER` is for versions.yml: the result of its
tests, and the folder with their reports. A cancelled run changes nothing.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

TITLE = "The newest versions fail"


def gh(*words):
    """Return what GitHub's command prints."""
    command = ["gh", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def open_issue():
    """Return the number of the issue that is open, None if there is none."""
    listed = gh("issue", "list", "--state", "open", "--limit", "1000", "--json", "number,title")
    numbers = [issue["number"] for issue in json.loads(listed) if issue["title"] == TITLE]
    return str(min(numbers)) if numbers else None


def body(folder, run):
    """Return the issue's text: every report, and where the logs are."""
    reports = sorted(Path(folder).rglob("report.md"))
    texts = [path.read_text(encoding="utf-8") for path in reports]
    found = texts or ["There is no report: the versions could not be installed, or time ran out."]
    return "\n".join([*found, f"The logs: {run}", "", "`make versions SETS=newest` does it again."])


def settle(result, folder, run):
    """Open the issue, close it, or leave all as it is; return what was done."""
    number = open_issue()
    if result == "failure" and number is None:
        gh("issue", "create", "--title", TITLE, "--body", body(folder, run))
        return "opened an issue"
    if result == "success" and number is not None:
        gh("issue", "close", number, "--comment", f"They pass again: {run}")
        return f"closed issue {number}"
    return "nothing to do"


if __name__ == "__main__":
    print(settle(sys.argv[1], sys.argv[2], os.environ["RUN"]))
