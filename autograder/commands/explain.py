"""`icl-course explain`: why a learner got the mark that they got."""

from pathlib import Path
from typing import Any

import click
import nbformat

from autograder.building.notebooks import cell_exercise, cell_kind
from autograder.commands.terminal import Complaint, complaints
from autograder.exercises import find_exercise
from autograder.grading.class_directory import ClassroomError, class_lesson
from autograder.verdict import describe


@click.command("explain")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("learner")
@click.argument("exercise_id", metavar="EXERCISE")
def explain_command(directory: Path, learner: str, exercise_id: str) -> None:
    """Print what a LEARNER was told about an EXERCISE of the class in DIRECTORY, and the numbers.

    The numbers are those of the inputs behind the mark. They are for you: who knows them knows
    nothing of the next submission's, but need not know them either.
    """
    with complaints():
        exercise = find_exercise(exercise_id)
        try:
            lesson = class_lesson(directory, exercise.lesson)
        except ClassroomError as error:
            raise Complaint(str(error)) from error
        path = directory / "autograded" / learner / lesson.name / lesson.solved.name
        if not path.is_file():
            raise Complaint(f"{learner} has no graded submission of {lesson.name} in {directory}")
    for cell in nbformat.read(path, as_version=4).cells:
        if cell_kind(cell) == "check" and cell_exercise(cell) == exercise_id:
            _print(learner, exercise_id, cell.metadata.icl_course.get("verdict", {}))


def _print(learner: str, exercise_id: str, found: dict[str, Any]) -> None:
    click.echo(f"{learner} was told:\n")
    click.echo(found.get("message", "nothing: this check has no verdict"))
    numbers = found.get("numbers", {})
    if "seed" not in numbers:
        click.echo("\nNo input was put to this answer, so there is no number behind the mark.")
        return
    click.echo(f"\nBehind the mark: seed {numbers['seed']}, course version {numbers['version']}.")
    if "case" in numbers:
        cases = find_exercise(exercise_id).draw(int(numbers["seed"]), "grade")
        case = int(numbers["case"])
        click.echo(f"First wrong on input {case + 1} of {len(cases)}: {describe(cases[case])}.")
    if "error" in numbers:
        click.echo(
            f"Error there: {numbers['error']:.3g}, where rounding explains "
            f"{numbers['tolerance']:.3g}."
        )
    click.echo(
        "The same question again, in Python: "
        f'autograder.judge("{exercise_id}", answer, seed={numbers["seed"]})'
    )
