"""The class page: one self-contained HTML file that says who passed what, and why not.

Everything that a learner wrote is escaped, and the page forbids itself scripts and every outside
address, so it is safe to open.
"""

import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.content import Lesson
from autograder.exercises import exercises
from autograder.grading.records import ExerciseRecord, SubmissionRecord
from icl_course import __version__


def write_class_page(lesson: Lesson, records: Sequence[SubmissionRecord], path: Path) -> Path:
    """Write the page of one lesson's submissions to `path` and return it.

    Raises:
        ValueError: there are no submissions.
    """
    if not records:
        raise ValueError(f"nobody has handed in lesson {lesson.number}, so there is no class page")
    environment = Environment(
        loader=PackageLoader("autograder.grading"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("class_page.html.j2").render(
        lesson=lesson,
        made=f"{datetime.now():%d %B %Y, %H:%M}",
        version=__version__,
        records=records,
        exercises=_exercise_rows(records),
        points=records[0].points,
        median=statistics.median(earned(record) for record in records),
        full=sum(record.score == 1.0 for record in records),
        noted=sum(bool(record.notes) or record.status != "graded" for record in records),
        earned=earned,
    )
    path.write_text(page, encoding="utf-8")
    return path


def earned(record: SubmissionRecord) -> float:
    """Return the points that a submission earned in its exercises."""
    return round(record.score * record.points, 2)


def _exercise_rows(records: Sequence[SubmissionRecord]) -> list[dict[str, Any]]:
    """Count passes and named misconceptions by exercise."""
    return [
        _exercise_row(position, exercise, records)
        for position, exercise in enumerate(records[0].exercises)
    ]


def _exercise_row(
    position: int, exercise: ExerciseRecord, records: Sequence[SubmissionRecord]
) -> dict[str, Any]:
    answers = [record.exercises[position] for record in records]
    passed = sum(answer.passed for answer in answers)
    named = Counter(answer.misconception for answer in answers if answer.misconception)
    known = exercises().get(exercise.id)
    causes = {m.id: m.cause for m in known.misconceptions} if known else {}
    return {
        "id": exercise.id,
        "points": exercise.points,
        "passed": passed,
        "percent": round(100 * passed / len(answers)),
        "misconceptions": [(name, causes.get(name, ""), n) for name, n in named.most_common()],
    }
