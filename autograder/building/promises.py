"""The promises about a lesson that reading its files can keep; each returns a list of errors.

`icl-course build --check` and the tests run the same functions, these and those of `promises_run`.
"""

import re
from collections.abc import Callable, Iterable

import nbformat
from nbformat.notebooknode import NotebookNode

from autograder.building import leaks
from autograder.building.evidence import OTHER_ANSWER, WHAT_THEY_SHARE, WHY_IT_WORKS, Evidence
from autograder.building.facts import mention_faults
from autograder.building.notebooks import cell_kind, notebook_text, without_outputs
from autograder.building.release_steps import SOLVED_ONLY
from autograder.exercise import Exercise

MAX_WORDS_BEFORE_FIRST_EXERCISE = 300
RUBRIC_LINES = 3
N_HINTS = 3
MIN_RIGHT, MIN_WRONG = 3, 6
LAST_SECTION = "Where this breaks"

Promise = Callable[[Evidence], list[str]]


def derived_files_are_up_to_date(evidence: Evidence) -> list[str]:
    """Promise 1: the committed notebooks are the source's, byte for byte, outputs aside."""
    lesson, errors = evidence.lesson, []
    for path, expected, outputs_count in (
        (lesson.release, evidence.release, True),
        (lesson.solved, evidence.solved, False),
    ):
        name = path.relative_to(lesson.root).as_posix()
        if not path.exists():
            errors.append(f"{name} is missing: icl-course build")
            continue
        text = path.read_text(encoding="utf-8")
        committed = nbformat.reads(text, as_version=4)
        compared = text if outputs_count else notebook_text(without_outputs(committed))
        if notebook_text(committed) != text or compared != notebook_text(expected):
            where = _first_difference(committed, expected)
            errors.append(f"{name} is stale{where}: icl-course build")
    return errors


def _first_difference(committed: NotebookNode, expected: NotebookNode) -> str:
    for ours, theirs in zip(committed.cells, expected.cells, strict=False):
        if (ours.id, ours.source, ours.metadata) != (theirs.id, theirs.source, theirs.metadata):
            return f", first in cell {theirs.id}"
    return f" ({len(committed.cells)} cells, {len(expected.cells)} expected)"


def nothing_leaks(evidence: Evidence) -> list[str]:
    """Promise 4: `lessons/` holds notebooks and nothing of the solutions."""
    lesson = evidence.lesson
    errors = [
        f"{path} does not belong in lessons/"
        for path in sorted(lesson.release.parent.rglob("*"))
        if path.is_file() and path != lesson.release and ".ipynb_checkpoints" not in path.parts
    ]
    if not lesson.release.exists():
        return errors
    cells = nbformat.read(lesson.release, as_version=4).cells
    for cell in cells:
        if cell_kind(cell) in SOLVED_ONLY:
            errors.append(f"cell {cell.id} is a {cell_kind(cell)} cell, in the release")
        if re.search(r"\b(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)", cell.source):
            errors.append(f"cell {cell.id} of the release holds a marker")
        if cell.get("outputs") or cell.get("execution_count") is not None:
            errors.append(f"cell {cell.id} of the release has been executed")
        if cell_kind(cell) == "predict" and 'choice="?"' not in cell.source:
            errors.append(f"cell {cell.id} of the release tells the right choice")
    given = [c.text for c in evidence.cells if c.kind in ("given", "display")]
    shown = {c.id: c.source for c in cells if cell_kind(c) not in ("given", "display")}
    secrets = leaks.solution_lines(evidence.cells)
    return errors + leaks.leaked_lines(secrets, shown, [*given, *leaks.public_docs()])


def every_exercise_has_its_bank(evidence: Evidence) -> list[str]:
    """Promise 5: other right answers and wrong ones stand in the bank."""
    errors = []
    for exercise in evidence.exercises:
        for side, least in (("right", MIN_RIGHT), ("wrong", MIN_WRONG)):
            found = len(list((evidence.bank / exercise.id / side).glob("*.py")))
            if found < least:
                errors.append(f"{exercise.id}: {found} {side} answers in the bank, {least} needed")
    return errors


def every_exercise_is_described(evidence: Evidence) -> list[str]:
    """Promise 6: each has tag, hints, time, difficulty, section, and checks worth its points.

    The lesson's text says them too, as `2 points · difficulty 1 of 3 · importance 3 of 3 · 7
    minutes`, so it can be held to the record.
    """
    errors = []
    tagged = {cell.exercise for cell in evidence.cells if cell.kind == "exercise"}
    prose = "\n".join(cell.text for cell in evidence.cells if cell.kind == "text")
    for exercise in evidence.exercises:
        points = _points_of_checks(evidence, exercise.id)
        faults = {
            "no exercise cell has its tag": exercise.id not in tagged,
            f"{len(exercise.hints)} hints, not {N_HINTS}": len(exercise.hints) != N_HINTS,
            "an empty hint": not all(hint.strip() for hint in exercise.hints),
            "no time in minutes": exercise.minutes <= 0,
            "difficulty is 1, 2 or 3": exercise.difficulty not in (1, 2, 3),
            "importance is 1, 2 or 3": exercise.importance not in (1, 2, 3),
            "no section of a paper": not exercise.section.strip(),
            f"its checks give {points} points, its record {exercise.points}": points
            != exercise.points,
            f"below its heading the lesson does not say {_terms(exercise)!r}": _terms(exercise)
            not in prose.partition(f"`{exercise.id}`:")[2].partition("\n#")[0],
        }
        errors += [f"{exercise.id}: {fault}" for fault, holds in faults.items() if holds]
    known = {exercise.id for exercise in evidence.exercises}
    return errors + [f"{name}: a tag, but no record" for name in sorted(tagged - known, key=str)]


def _points_of_checks(evidence: Evidence, exercise: str) -> int:
    checks = [c for c in evidence.cells if c.kind == "check" and c.exercise == exercise]
    return sum(cell.points or 0 for cell in checks)


def _terms(exercise: Exercise) -> str:
    points = f"{exercise.points} point{'s' if exercise.points > 1 else ''}"
    minutes = f"{exercise.minutes} minute{'s' if exercise.minutes > 1 else ''}"
    weight = f"difficulty {exercise.difficulty} of 3 · importance {exercise.importance} of 3"
    return f"{points} · {weight} · {minutes}"


def every_solution_gives_reasons(evidence: Evidence) -> list[str]:
    """Each exercise has a solution cell: why it works, another right answer, what they share."""
    errors = []
    written = {cell.exercise: cell.text for cell in evidence.cells if cell.kind == "solution"}
    for cell in evidence.cells:
        if cell.kind == "exercise":
            text = written.get(cell.exercise, "")
            parts = [text.find(name) for name in (WHY_IT_WORKS, OTHER_ANSWER, WHAT_THEY_SHARE)]
            if -1 in parts or parts != sorted(parts):
                errors.append(
                    f"{cell.exercise}: the solution cell needs {WHY_IT_WORKS!r}, {OTHER_ANSWER!r} "
                    f"and {WHAT_THEY_SHARE!r}, in this order"
                )
    return errors


def every_question_has_answer_and_rubric(evidence: Evidence) -> list[str]:
    """Each manual question has a model answer and a rubric of three lines."""
    errors = []
    rubrics = {cell.exercise: cell.text for cell in evidence.cells if cell.kind == "rubric"}
    for cell in evidence.cells:
        if cell.kind == "question":
            lines = _list_items(rubrics.get(cell.exercise, ""))
            if len(lines) != RUBRIC_LINES:
                errors.append(f"{cell.exercise}: a rubric of {len(lines)} lines, not 3 ('- ...')")
            if not "".join(leaks.lines_between_markers(cell.text)).strip():
                errors.append(f"{cell.exercise}: no model answer between the markers")
    return errors


def _list_items(text: str) -> list[str]:
    return re.findall(r"^(?:[-*]|\d+\.) +\S", text, re.MULTILINE)


def every_prediction_has_its_record(evidence: Evidence) -> list[str]:
    """Each predict cell has feedback on every choice, and the solved notebook chooses the right."""
    records = {prediction.id: prediction for prediction in evidence.predictions}
    asked = {cell.exercise: cell.text for cell in evidence.cells if cell.kind == "predict"}
    errors = [f"{name}: a predict cell, but no record" for name in asked if name not in records]
    for name, record in records.items():
        if f'choice="{record.right}"' not in asked.get(name, ""):
            errors.append(f"{name}: no predict cell makes its right choice, {record.right!r}")
        if not all(feedback.strip() for feedback in record.choices.values()):
            errors.append(f"{name}: a choice without feedback")
    return errors


def prose_and_facts_match(evidence: Evidence) -> list[str]:
    """Promise 7: every fact is stated, every statement is a fact."""
    texts = [cell.text for cell in evidence.cells if cell.cell_type == "markdown"]
    return mention_faults(texts, evidence.committed_facts)


def lesson_is_whole(evidence: Evidence) -> list[str]:
    """A prediction, a question, a closing section, and an exercise within the first 300 words."""
    cells, errors = evidence.cells, []
    kinds = [cell.kind for cell in cells]
    errors += [
        f"the lesson has no {kind} cell" for kind in ("predict", "question") if kind not in kinds
    ]
    headings = re.findall(
        r"^#+ .*$", "\n".join(c.text for c in cells if c.kind == "text"), re.MULTILINE
    )
    if not any(LAST_SECTION.lower() in heading.lower() for heading in headings):
        errors.append(f"the lesson has no section {LAST_SECTION!r}")
    if "exercise" not in kinds:
        return [*errors, "the lesson has no exercise"]
    words = _n_words(c.text for c in cells[: kinds.index("exercise")] if c.cell_type == "markdown")
    if words > MAX_WORDS_BEFORE_FIRST_EXERCISE:
        errors.append(f"{words} words stand before the first exercise, 300 are allowed")
    return errors


def _n_words(texts: Iterable[str]) -> int:
    return sum(len(text.split()) for text in texts)


READING: tuple[Promise, ...] = (
    derived_files_are_up_to_date,
    nothing_leaks,
    every_exercise_is_described,
    every_exercise_has_its_bank,
    every_solution_gives_reasons,
    every_question_has_answer_and_rubric,
    every_prediction_has_its_record,
    prose_and_facts_match,
    lesson_is_whole,
)
