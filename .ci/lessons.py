"""Print the lesson that CI looks at whole: they take turns, each for some commits.

One command, without a lesson named, looks at all of them: `icl-course build --check`,
`icl-course audit`. Whoever changes a lesson runs both on it; see CONTRIBUTING.md.
"""

import subprocess
from pathlib import Path

COMMITS_IN_TURN = 4
ROOT = Path(__file__).resolve().parent.parent


def git(*words: str) -> str:
    """Return what git prints."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def lesson_in_turn() -> str:
    """Return the number of a lesson."""
    known = sorted(path.name[:2] for path in (ROOT / "solutions").iterdir() if path.is_dir())
    turn = int(git("rev-list", "--count", "HEAD")) // COMMITS_IN_TURN
    return known[turn % len(known)]


if __name__ == "__main__":
    print(lesson_in_turn())
