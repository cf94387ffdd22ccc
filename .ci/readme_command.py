"""Print one of the README's commands, so that CI runs what a reader would paste.

Usage: python .ci/readme_command.py NAME. The command is the first code block after the line
`<!-- command:NAME -->`.
"""

import re
import sys
from pathlib import Path


def readme_command(readme: str, name: str) -> str:
    """Return the first code block after the marker of `name`."""
    found = re.search(rf"<!-- command:{re.escape(name)} -->\s*```\w*\n(.*?)```", readme, re.DOTALL)
    if found is None:
        raise SystemExit(f"README.md has no code block after <!-- command:{name} -->")
    return found.group(1)


if __name__ == "__main__":
    readme = Path(__file__).resolve().parent.parent / "README.md"
    sys.stdout.write(readme_command(readme.read_text(encoding="utf-8"), sys.argv[1]))
