"""Where the lessons are, in a checkout and in an installed wheel alike.

Learners have this module, so it needs nothing but the standard library.
"""

import difflib
import json
import re
from dataclasses import dataclass
from pathlib import Path

_LESSON_NAME = re.compile(r"(?P<number>\d\d)_(?P<slug>[a-z0-9]+(?:_[a-z0-9]+)*)")


@dataclass(frozen=True)
class Lesson:
    """One lesson: its number, its slug, and the content root its files lie in."""

    number: str
    slug: str
    root: Path

    @property
    def name(self) -> str:
        """Number and slug: the name of its directories and of its nbgrader assignment."""
        return f"{self.number}_{self.slug}"

    @property
    def source(self) -> Path:
        """The only hand-written file of the lesson."""
        return self.root / "solutions" / self.name / f"{self.slug}.py"

    @property
    def facts(self) -> Path:
        """The measured and derived results that the lesson's prose states."""
        return self.root / "solutions" / self.name / "facts.json"

    @property
    def solved(self) -> Path:
        """The solved notebook, executed."""
        return self.root / "solutions" / self.name / f"{self.slug}.ipynb"

    @property
    def release(self) -> Path:
        """The notebook that learners get."""
        return self.root / "lessons" / self.name / f"{self.slug}.ipynb"

    @property
    def title(self) -> str:
        """The first heading of the release notebook, else of the source, else the slug."""
        return _notebook_heading(self.release) or _source_heading(self.source) or self.slug


def content_root() -> Path:
    """Return the directory that holds `lessons/` and `solutions/`.

    A wheel carries them inside the package; in a checkout they stand beside it.
    """
    package = Path(__file__).resolve().parent
    shipped = package / "_content"
    return shipped if shipped.is_dir() else package.parent


def lessons(root: Path | None = None) -> tuple[Lesson, ...]:
    """Return every lesson under `root` (by default the content root), in the order of numbers."""
    root = content_root() if root is None else root
    names = {
        directory.name
        for part in ("lessons", "solutions")
        if (root / part).is_dir()
        for directory in (root / part).iterdir()
        if directory.is_dir()
    }
    matches = filter(None, (_LESSON_NAME.fullmatch(name) for name in sorted(names)))
    return tuple(Lesson(match["number"], match["slug"], root) for match in matches)


def find_lesson(text: str, root: Path | None = None) -> Lesson:
    """Return the lesson that `text` means: `"02"`, `"2"`, its slug or its whole name.

    Raises:
        ValueError: no lesson is called that; the message names the nearest one.
    """
    known = lessons(root)
    for lesson in known:
        if text in (lesson.number, str(int(lesson.number)), lesson.slug, lesson.name):
            return lesson
    if not known:
        raise ValueError(f"there is no lesson {text!r}: no lessons were found here")
    names = [name for lesson in known for name in (lesson.name, lesson.slug, lesson.number)]
    near = difflib.get_close_matches(text.strip().lower(), names, n=1, cutoff=0.5)
    suggestion = f"did you mean {near[0]!r}? " if near else ""
    listing = ", ".join(lesson.name for lesson in known)
    raise ValueError(f"there is no lesson {text!r}; {suggestion}The lessons are: {listing}")


def _notebook_heading(path: Path) -> str | None:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        markdown = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return _first_heading("\n".join(markdown), "# ")


def _source_heading(path: Path) -> str | None:
    try:
        return _first_heading(path.read_text(encoding="utf-8"), "# # ")
    except OSError:
        return None


def _first_heading(text: str, mark: str) -> str | None:
    return next(
        (line.removeprefix(mark).strip() for line in text.splitlines() if line.startswith(mark)),
        None,
    )
