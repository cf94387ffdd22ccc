"""The demo's class: its labels against the verdicts, without nbgrader."""

import nbformat
import pytest

pytest.importorskip("nbgrader")

from autograder import judge
from autograder.ask import asks
from autograder.content import find_lesson
from autograder.exercises import exercises
from autograder.grading.demo import Outcome
from autograder.grading.demo_class import (
    NOT_PASSED,
    Learner,
    bank_answer,
    hand_in,
    other_route,
    the_class,
)
from autograder.grading.records import ExerciseRecord, SubmissionRecord

IDS = [exercise.id for exercise in exercises().values() if exercise.lesson == "02"]
CLASS = {learner.name: learner for learner in the_class(IDS)}


def test_the_class_has_at_least_ten_learners_of_every_kind():
    assert len(CLASS) >= 10
    labels = " ".join(learner.label for learner in CLASS.values())
    for kind in ("right", "other routes", "blank", "syntax", "infinite loop", "deleted"):
        assert kind in labels


@pytest.mark.parametrize("name", ["chiara", "dmitri", "emeka", "farah", "goran", "hana", "ines"])
def test_a_wrong_answer_gets_the_name_that_the_label_promises(name):
    for exercise, expected in CLASS[name].lost.items():
        namespace = {}
        exec(CLASS[name].answers[exercise], namespace)
        verdict = judge(exercise, namespace[asks()[exercise].function])
        assert (verdict.passed, verdict.misconception) == (False, expected)


def test_the_other_routes_are_not_the_reference_solution():
    solved = nbformat.read(find_lesson("02").solved, as_version=4)
    sources = [cell.source for cell in solved.cells]
    assert all(other_route(exercise) not in sources for exercise in IDS)


def test_a_wrong_answer_that_the_bank_lacks_is_an_error():
    with pytest.raises(LookupError, match="no wrong answer 'nonsense' to gd-weights"):
        bank_answer("gd-weights", "nonsense")


def cells_of(name):
    notebook = hand_in(CLASS[name], find_lesson("02"))
    return {cell["id"]: cell for cell in notebook.cells}, notebook


def test_everyone_starts_from_the_release():
    blank, _ = cells_of("jonas")
    release = nbformat.read(find_lesson("02").release, as_version=4)
    assert blank == {cell["id"]: cell for cell in release.cells}
    full, _ = cells_of("ada")
    assert "NotImplementedError" not in full["exercise-gd-weights"]["source"]


def test_the_damage_is_done():
    assert "exercise-gd-weights-w0" not in cells_of("mina")[0]
    cells, notebook = cells_of("noor")
    assert cells["pasted"]["source"] == cells["check-gd-weights"]["source"]
    assert notebook.cells[-1]["metadata"] == {}


def record(**passed):
    answers = tuple(
        ExerciseRecord(name, found is True, float(found is True), 2, found or None, "")
        if found is not True
        else ExerciseRecord(name, True, 1.0, 2, None, "")
        for name, found in passed.items()
    )
    return SubmissionRecord("x", "02", "graded", 0.0, 4, answers)


@pytest.mark.parametrize(
    ("lost", "found", "surprises"),
    [
        ({}, {"one": True, "two": True}, ()),
        ({}, {"one": True, "two": ""}, ("two should have passed",)),
        ({"two": NOT_PASSED}, {"one": True, "two": True}, ("two should not have passed",)),
        ({"two": NOT_PASSED}, {"one": True, "two": ""}, ()),
        ({"two": "sign"}, {"one": True, "two": "sign"}, ()),
        ({"two": "sign"}, {"one": True, "two": "half"}, ("two should be sign, not half",)),
        ({"two": "sign"}, {"one": True, "two": ""}, ("two should be sign, not None",)),
        ({"six": "sign"}, {"one": True}, ("six has no verdict",)),
    ],
)
def test_a_broken_promise_is_noticed(lost, found, surprises):
    assert Outcome(Learner("x", "x", lost=lost), record(**found)).surprises == surprises
