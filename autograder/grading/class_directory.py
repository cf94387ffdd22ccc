"""A class: an nbgrader course directory with this course's lessons in it."""

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, PyFileConfigLoader

from autograder.content import Lesson, find_lesson, lessons
from autograder.grading.secret import class_secret
from autograder.nbgrader_config import OURS

CONFIG = "nbgrader_config.py"

_CONFIG_TEXT = '''"""Settings of this class. What nbgrader has settings for can be added below."""

from pathlib import Path

from autograder.nbgrader_config import configure

c = get_config()  # noqa: F821 - nbgrader puts it here
configure(c, root=Path(__file__).resolve().parent)
'''

_README_TEXT = """# A class

This directory is an nbgrader course directory. The next four commands, from here:

1. `nbgrader generate_assignment {lesson}` writes the notebook for your learners below `lessons/`
   and its cells into the gradebook. Hand it out, or let learners use `icl-course start`.
2. `nbgrader zip_collect {lesson}` puts what was handed in below `submitted/`. First put the
   archives that `icl-course hand-in` made into `downloaded/{lesson}/archive/`.
3. `nbgrader autograde {lesson}` runs and marks every submission, below `autograded/`.
4. `nbgrader generate_feedback {lesson}` writes a page for each learner, below `feedback/`.

`icl-course collect . FILE...` and `icl-course grade .` do the same as 2 to 4, file by file, with a
progress bar and a table. Either way learners' code runs in a sandbox: `icl-course doctor` shows
what holds here. `icl-course explain . LEARNER EXERCISE` says why a mark was lost.

To mark the written answers, run `jupyter lab` here and open Nbgrader, Formgrader: each is shown
with a model answer and a rubric; then write the feedback again, with `--force`. `nbgrader export`
writes all marks as a table.

The solved notebooks lie in `solutions/`. `.icl-course/class-secret` is for graders' eyes only: keep
it, and keep it to yourself.
"""


class ClassroomError(RuntimeError):
    """A step on a class could not be done; the message says why and what to do."""


def init_class(directory: Path, *, content: Path | None = None) -> Path:
    """Make a class: lessons' solved notebooks, configuration, gradebook, secret, instructions.

    Arguments:
        directory: not there, or empty.
        content: where the lessons are; by default in this installation.

    Raises:
        ClassroomError: `directory` is there and not empty, or this course has no built lesson.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise ClassroomError(f"{directory} is not empty; a class needs a directory of its own")
    built = [lesson for lesson in lessons(content) if lesson.solved.exists()]
    if not built:
        raise ClassroomError("no lesson of this course is built; icl-course build makes them")
    directory = directory.resolve()
    for lesson in built:
        copied = Lesson(lesson.number, lesson.slug, directory).solved
        copied.parent.mkdir(parents=True)
        shutil.copyfile(lesson.solved, copied)
    (directory / OURS).mkdir(mode=0o700)
    class_secret(directory)
    (directory / CONFIG).write_text(_CONFIG_TEXT, encoding="utf-8")
    (directory / "README.md").write_text(
        _README_TEXT.format(lesson=built[0].name), encoding="utf-8"
    )
    with open_gradebook(directory):
        return directory


def class_lesson(directory: Path, lesson: str) -> Lesson:
    """Return a lesson as it lies in a class.

    Raises:
        ClassroomError: `directory` is no class, or has no such lesson.
    """
    if not (directory / CONFIG).exists():
        raise ClassroomError(f"{directory} is no class; icl-course class init makes one")
    try:
        return find_lesson(lesson, directory.resolve())
    except ValueError as error:
        raise ClassroomError(str(error)) from error


@contextmanager
def open_gradebook(directory: Path) -> Iterator[Gradebook]:
    """Open the class's gradebook; make it if there is none."""
    # nbgrader's configuration is what finds alembic, which a new gradebook needs.
    coursedir = CourseDirectory(config=class_config(directory), root=str(directory.resolve()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gradebook = Gradebook(coursedir.db_url)
    with gradebook:
        yield gradebook


def class_config(directory: Path) -> Config:
    """Load the class's configuration as nbgrader does, with what the instructor added to it."""
    config: Config = PyFileConfigLoader(CONFIG, path=str(directory.resolve())).load_config()
    return config
