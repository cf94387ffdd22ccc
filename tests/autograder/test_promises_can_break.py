"""Every promise function against a toy lesson that breaks it: a promise nothing can break is none.

That the whole toy lesson keeps them all is in `test_build`; that the course does, in
`tests/test_promises.py`.
"""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.building import promises, promises_run
from autograder.building.evidence import Evidence
from autograder.building.notebooks import notebook_text
from autograder.building.promises import READING, Promise
from autograder.building.promises_run import RUNNING

WriteToy = Callable[..., Evidence]

RUNNING_FAULTS = (
    # A solved notebook that errs, writes to stderr, shows an address and a bare figure.
    ('print(EXPECTED["double"])', 'print("careful", file=sys.stderr)'),
    ('Figure("the first figure, 1 line")', "object()"),
    ('Figure("the second figure, 2 lines")', 'Figure("no number")'),
    ('fact("deviation", 1.234e-7)', 'fact("deviation", 9e-7)'),
    # A given cell that leans on a blank, a check that passes untouched, one that lacks a name.
    ('# %% predict="which"', '# %%\ntriple(1)\n\n# %% predict="which"'),
    ("right = False", 'right = exercise == "double"'),
    ('check("triple", lambda number: triple(number))', 'check("triple", triple, missing)'),
    # A solution that leans on another exercise, and another right answer that is wrong.
    ("    return 3 * number", "    return double(number) + number"),
    ("#     return 2 * number", "#     return 2 + number"),
)


def edited(evidence: Evidence, *edits: tuple[str, str]) -> Evidence:
    """Change the source of a copied, built lesson; nothing derived is made again."""
    path = evidence.lesson.source
    text = path.read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return Evidence(evidence.lesson, evidence.exercises, evidence.predictions, evidence.bank)


def edit_release(evidence: Evidence, old: str, new: str) -> Evidence:
    path = evidence.lesson.release
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return evidence


def assert_broken(promise: Promise, evidence: Evidence, *messages: str) -> None:
    errors = promise(evidence)
    assert len(errors) == len(messages), errors
    for error, message in zip(errors, messages, strict=True):
        assert re.search(message, error), error


def test_a_changed_source_makes_both_notebooks_stale(toy_copy: Evidence) -> None:
    evidence = edited(toy_copy, ("Three is three.", "Three is 3."), ("Nowhere", "Here"))
    assert_broken(
        promises.derived_files_are_up_to_date,
        evidence,
        r"lessons/03_toy/toy.ipynb is stale, first in cell cell-16",
        r"solutions/03_toy/toy.ipynb is stale, first in cell cell-10",
    )


def test_other_bytes_are_stale_though_they_mean_the_same(toy_copy: Evidence) -> None:
    path = toy_copy.lesson.solved
    path.write_text(path.read_text().rstrip("\n"))
    assert_broken(promises.derived_files_are_up_to_date, toy_copy, "is stale")


def test_outputs_alone_do_not_make_the_solved_notebook_stale(toy_copy: Evidence) -> None:
    path = toy_copy.lesson.solved
    path.write_text(path.read_text().replace("the first figure, 1", "the first figure, 9"))
    stale = promises.derived_files_are_up_to_date(toy_copy)
    assert len(stale) == 1
    path.write_text(
        path.read_text().replace('Figure(\\"the first figure, 9', 'Figure(\\"the first figure, 1')
    )
    assert promises.derived_files_are_up_to_date(toy_copy) == []


def test_a_missing_notebook_is_named(toy_copy: Evidence) -> None:
    toy_copy.lesson.solved.unlink()
    assert_broken(
        promises.derived_files_are_up_to_date, toy_copy, "solutions/03_toy/toy.ipynb is missing"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# Nowhere", "# Some write `return number+number`. Nowhere", "cell-16 shows .*'double'"),
        ('"""Return three times', '"""As in return number + number + number,', "'triple'.*number"),
        ("# Nowhere", "# Three is three, twice a number is the number plus itself.", "'double'"),
        ("# Nowhere", "# Because a number added to itself is twice that number, always.", "'why'"),
    ],
)
def test_a_solution_line_in_the_release_is_a_leak(
    toy_copy: Evidence, old: str, new: str, message: str
) -> None:
    evidence = edited(toy_copy, (old, new))
    evidence.lesson.release.write_text(notebook_text(evidence.release))
    errors = promises.nothing_leaks(evidence)
    assert any(re.search(message, error) for error in errors), errors


def test_a_solution_line_in_a_given_cell_is_no_leak(toy_copy: Evidence) -> None:
    evidence = edited(
        toy_copy,
        ("# Nowhere", "# `3 * number`, and `return 3 * number` too"),
        ("import json", "import json\n\ndef helper(number):\n    return 3 * number"),
    )
    evidence.lesson.release.write_text(notebook_text(evidence.release))
    assert promises.nothing_leaks(evidence) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('choice=\\"?\\"', 'choice=\\"b\\"', "predict-which of the release tells"),
        ("# YOUR CODE HERE", "### BEGIN SOLUTION", "exercise-.* of the release holds a marker"),
        ('"execution_count": null', '"execution_count": 1', "has been executed"),
        ('"kind": "text"', '"kind": "rubric"', "is a rubric cell"),
    ],
)
def test_what_a_release_may_not_hold_is_found(
    toy_copy: Evidence, old: str, new: str, message: str
) -> None:
    errors = promises.nothing_leaks(edit_release(toy_copy, old, new))
    assert errors
    assert all(re.search(message, error) for error in errors), errors


def test_a_source_in_lessons_is_a_leak(toy_copy: Evidence) -> None:
    (toy_copy.lesson.release.parent / "toy.py").touch()
    assert_broken(promises.nothing_leaks, toy_copy, r"toy\.py does not belong in lessons/")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("hints", ("one", "two"), "double: 2 hints"),
        ("hints", ("one", " ", "three"), "double: an empty hint"),
        ("minutes", 0, "double: no time"),
        ("difficulty", 4, "double: difficulty is"),
        ("importance", 0, "double: importance is"),
        ("section", "", "double: no section"),
        ("points", 3, "double: its checks give 2 points, its record 3"),
        ("minutes", 4, "double: below its heading the lesson does not say '2 points .* 4 minutes'"),
    ],
)
def test_an_incomplete_record_is_found(
    toy_copy: Evidence, field: str, value: object, message: str
) -> None:
    double, triple = toy_copy.exercises
    changed = SimpleNamespace(**(vars(double) | {field: value}))
    evidence = Evidence(toy_copy.lesson, (changed, triple), toy_copy.predictions, toy_copy.bank)
    errors = promises.every_exercise_is_described(evidence)
    assert any(re.match(message, error) for error in errors), errors
    assert all(error.startswith("double: ") for error in errors), errors


def test_tags_and_records_must_match(toy_copy: Evidence) -> None:
    double, triple = toy_copy.exercises
    other = SimpleNamespace(**(vars(triple) | {"id": "other", "points": 0}))
    evidence = Evidence(toy_copy.lesson, (double, other), toy_copy.predictions, toy_copy.bank)
    assert_broken(
        promises.every_exercise_is_described,
        evidence,
        "other: no exercise cell has its tag",
        "other: below its heading the lesson does not say '0 point ",
        "triple: a tag, but no record",
    )


def test_a_thin_bank_is_found(toy_copy: Evidence) -> None:
    (toy_copy.bank / "double" / "right" / "answer_0.py").unlink()
    assert_broken(promises.every_exercise_has_its_bank, toy_copy, "double: 2 right answers")


@pytest.mark.parametrize(
    ("edit", "promise", "message"),
    [
        (("## Another right", "## Yet another"), "every_solution_gives_reasons", "double: the sol"),
        (("# - says how\n", ""), "every_question_has_answer_and_rubric", "why: a rubric of 2"),
        (
            ("# Because a number added to itself is twice that number, always.\n", ""),
            "every_question_has_answer_and_rubric",
            "why: no model answer",
        ),
        (('choice="b"', 'choice="a"'), "every_prediction_has_its_record", "which: .* right choice"),
        (("[[deviation]]", "1e-7"), "prose_and_facts_match", "'deviation' is recorded, but"),
        (("[[deviation]].", "[[deviation]], [[x]]."), "prose_and_facts_match", r"\[\[x\]\]"),
        (("Where this breaks", "The end"), "lesson_is_whole", "no section 'Where this breaks'"),
        (("You will", "word " * 300), "lesson_is_whole", "3.. words stand before"),
        (('# %% predict="which"', "# %%"), "lesson_is_whole", "no predict cell"),
    ],
)
def test_a_lesson_that_lacks_a_part_is_found(
    toy_copy: Evidence, edit: tuple[str, str], promise: str, message: str
) -> None:
    errors = getattr(promises, promise)(edited(toy_copy, edit))
    assert errors
    assert re.search(message, errors[0]), errors


def test_a_prediction_without_record_or_feedback_is_found(toy_copy: Evidence) -> None:
    mute = SimpleNamespace(id="which", right="b", choices={"a": "", "b": "yes"})
    asked = Evidence(toy_copy.lesson, toy_copy.exercises, (mute,), toy_copy.bank)
    assert_broken(promises.every_prediction_has_its_record, asked, "a choice without feedback")
    unknown = Evidence(toy_copy.lesson, toy_copy.exercises, (), toy_copy.bank)
    assert_broken(
        promises.every_prediction_has_its_record, unknown, "which: a predict cell, but no"
    )


@pytest.fixture(scope="module")
def broken_runs(
    write_toy: WriteToy, tmp_path_factory: pytest.TempPathFactory, built_toy: Evidence
) -> Evidence:
    """One lesson with every fault that only a run can show."""
    evidence = write_toy(tmp_path_factory.mktemp("broken"), *RUNNING_FAULTS)
    evidence.lesson.facts.write_text(built_toy.lesson.facts.read_text())
    return evidence


def test_errors_stderr_and_addresses_break_the_solved_run(broken_runs: Evidence) -> None:
    assert_broken(
        promises_run.solved_notebook_runs_clean,
        broken_runs,
        "cell check-triple-2: NameError: name 'missing'",
        "cell cell-13 wrote to stderr: careful",
        "cell cell-13 shows a memory address.*<object at 0x",
    )


def test_time_and_size_are_limited(built_toy: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    assert built_toy.run.seconds > 0
    monkeypatch.setattr(Evidence, "limit", 0.0)
    monkeypatch.setattr(promises_run, "MAX_SOLVED_BYTES", 10)
    assert_broken(
        promises_run.solved_notebook_runs_clean,
        built_toy,
        r"took \d+ s of 0 s",
        "has .* bytes, 10 are",
    )


def test_a_busy_machine_does_not_break_the_promise_on_time(built_toy: Evidence) -> None:
    waited = dataclasses.replace(built_toy.run, seconds=1000.0)
    assert 0.0 < built_toy.run.cpu_seconds < built_toy.limit
    evidence = dataclasses.replace(built_toy)
    vars(evidence)["run"] = waited
    assert promises_run.solved_notebook_runs_clean(evidence) == []
    vars(evidence)["run"] = dataclasses.replace(waited, cpu_seconds=61.0)
    assert_broken(promises_run.solved_notebook_runs_clean, evidence, "took 1000 s of 60 s")


def test_a_stale_fact_is_found(broken_runs: Evidence) -> None:
    assert_broken(promises_run.facts_are_fresh, broken_runs, "1.234e-07 in facts.json and 9e-07")


def test_figures_without_alt_text_or_number_or_company_are_found(broken_runs: Evidence) -> None:
    assert_broken(
        promises_run.figures_have_alt_text,
        broken_runs,
        "cell-14: a figure whose alt text has no number: 'no number'",
        "the lesson shows 1 figures",
    )
    broken_runs.executed.cells[13].outputs[0].metadata = {}
    assert (
        promises_run.figures_have_alt_text(broken_runs)[0]
        == "cell cell-14: a figure without alt text"
    )


def test_checks_that_pass_or_fail_for_another_reason_are_found(broken_runs: Evidence) -> None:
    assert_broken(
        promises_run.graded_cells_fail_untouched,
        broken_runs,
        "cell check-double passes in the untouched release",
        "cell check-triple-2 fails untouched by NameError",
        "cell cell-11 of the untouched release fails: NotImplementedError",
    )


def test_a_solution_that_leans_on_another_exercise_is_found(broken_runs: Evidence) -> None:
    assert_broken(
        promises_run.exercises_stand_alone,
        broken_runs,
        "^triple: the reference .* every other blank empty, fails: CheckFailed",
        "^triple: the reference .* NameError",
    )


def test_another_right_answer_that_is_wrong_is_found(broken_runs: Evidence) -> None:
    assert_broken(
        promises_run.other_right_answers_pass,
        broken_runs,
        "^double: the other right answer fails: CheckFailed",
        "^triple: .* NameError",
    )


def test_a_solution_shows_exactly_one_other_answer(
    broken_runs: Evidence, toy_copy: Evidence
) -> None:
    evidence = edited(
        toy_copy, ("# Both are even.", "#"), ("# ```python\n# # table", "# ```text\n# # table")
    )
    vars(evidence)["trial"] = broken_runs.trial
    errors = promises_run.other_right_answers_pass(evidence)
    assert errors[0] == (
        "the solution of 'double' needs one code block below 'Another right answer', not 0"
    )


def test_this_file_breaks_every_promise() -> None:
    text = Path(__file__).read_text()
    assert [p.__name__ for p in (*READING, *RUNNING) if p.__name__ not in text] == []
