"""The class of the demo: learners whose marks are known before anyone grades them.

Everyone starts from the release notebook, as a learner does. Right answers and wrong ones come from
the bank and the solved notebook.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from autograder.content import Lesson

NOT_PASSED = "not passed"
"""Expected of an answer that fails without a named misconception."""

BANK = Path(__file__).parent.parent / "bank"


def _undamaged(notebook: NotebookNode) -> None:
    return None


@dataclass(frozen=True)
class Learner:
    """One member of the class.

    Arguments:
        name: the learner's id.
        label: what was handed in, for the table.
        answers: source of the solution cell by exercise; the reference solution where absent.
        lost: the exercises that must not pass, with the misconception they must be given or
            `NOT_PASSED`. Every other exercise must pass.
        damage: what happened to the file, in place.
        blank: whether nothing was written at all.
    """

    name: str
    label: str
    answers: Mapping[str, str] = field(default_factory=dict)
    lost: Mapping[str, str] = field(default_factory=dict)
    damage: Callable[[NotebookNode], None] = _undamaged
    blank: bool = False


def bank_answer(exercise: str, misconception: str) -> str:
    """Return a wrong answer of the bank that must be given this misconception.

    Raises:
        LookupError: the bank has none.
    """
    for path in sorted(BANK.glob(f"*/{exercise}/wrong/*.py")):
        label, _, source = path.read_text(encoding="utf-8").partition("\n")
        if label == f"# misconception: {misconception}":
            return source
    raise LookupError(f"the bank has no wrong answer {misconception!r} to {exercise}")


def other_route(exercise: str) -> str:
    """Return the first of the bank's other right answers to an exercise."""
    path = sorted(BANK.glob(f"*/{exercise}/right/*.py"))[0]
    return path.read_text(encoding="utf-8").partition("\n")[2]


def the_class(exercises: list[str]) -> tuple[Learner, ...]:
    """Return the demo's class for lesson 02, whose exercise ids are given."""

    def wrong(name: str, label: str, **lost: str) -> Learner:
        named = {exercise.replace("_", "-"): found for exercise, found in lost.items()}
        return Learner(name, label, {e: bank_answer(e, m) for e, m in named.items()}, named)

    return (
        Learner("ada", "right"),
        Learner("ben", "right, by other routes", {e: other_route(e) for e in exercises}),
        wrong("chiara", "the wrong sign", gd_weights="sign", target_shift="sign"),
        wrong(
            "dmitri", "no 1/N, and twice the step", gd_weights="no-mean", target_shift="factor-2"
        ),
        wrong("emeka", "step size left out", gd_weights="eta-missing"),
        wrong("farah", "softmax left in", linear_attention="softmax"),
        wrong("goran", "query attended to", linear_attention="query-attended"),
        wrong(
            "hana",
            "W_0 forgotten, mean for maximum",
            gd_weights_w0="w0-forgotten",
            largest_deviation="mean",
        ),
        wrong("ines", "keys and queries swapped", linear_attention="transposed"),
        Learner("jonas", "blank", lost=dict.fromkeys(exercises, NOT_PASSED), blank=True),
        Learner(
            "kofi",
            "a syntax error",
            {"gd-weights": "def gd_weights(n_context, d_x, learning_rate)\n    return None"},
            {"gd-weights": NOT_PASSED},
        ),
        Learner(
            "lea",
            "an infinite loop",
            {
                "multi-output": "def multi_output_weights(n_context, w_0, learning_rates):\n"
                "    while True:\n        pass"
            },
            {"multi-output": NOT_PASSED},
        ),
        Learner(
            "mina",
            "a cell deleted",
            lost={"gd-weights-w0": NOT_PASSED},
            damage=lambda notebook: _delete(notebook, "exercise-gd-weights-w0"),
        ),
        Learner("noor", "pasted twice, metadata stripped", damage=_paste_and_strip),
    )


def hand_in(learner: Learner, lesson: Lesson) -> NotebookNode:
    """Return the notebook that a learner of the class hands in."""
    notebook = nbformat.read(lesson.release, as_version=4)
    solved = nbformat.read(lesson.solved, as_version=4)
    reference = {
        cell["id"]: cell["source"]
        for cell in solved.cells
        if _kind(cell) in {"exercise", "question"}
    }
    if not learner.blank:
        for cell in notebook.cells:
            if cell["id"] in reference:
                exercise = cell["metadata"]["icl_course"].get("exercise")
                cell["source"] = learner.answers.get(exercise, reference[cell["id"]])
    learner.damage(notebook)
    return notebook


def _kind(cell: NotebookNode) -> str | None:
    return cell["metadata"].get("icl_course", {}).get("kind")


def _delete(notebook: NotebookNode, cell_id: str) -> None:
    notebook.cells = [cell for cell in notebook.cells if cell["id"] != cell_id]


def _paste_and_strip(notebook: NotebookNode) -> None:
    """Copy and paste one cell, metadata and all; let another editor strip those of the rest."""
    position = [cell["id"] for cell in notebook.cells].index("check-gd-weights")
    pasted = copy.deepcopy(notebook.cells[position])
    pasted["id"] = "pasted"
    notebook.cells.insert(position, pasted)
    for cell in notebook.cells[position + 2 :]:
        cell["metadata"] = nbformat.from_dict({})
