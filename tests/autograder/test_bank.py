"""The bank: it is complete, and the autograder tells its right answers from its wrong ones."""

import pytest

from autograder.ask import asks
from autograder.auditing.audit import ExerciseAudit, count_answer
from autograder.auditing.audit_worker import Task, chosen_runs, examine_all
from autograder.auditing.bank_reader import BankError, load_function, read_bank
from autograder.auditing.examine import subject
from autograder.exercises import exercises, find_exercise

LEAST_RIGHT, LEAST_WRONG = 5, 9

LESSONS = sorted({exercise.lesson for exercise in exercises().values()})
EVERY = pytest.mark.parametrize("exercise", exercises().values(), ids=exercises())


@EVERY
def test_every_exercise_has_other_right_answers_and_wrong_ones(exercise):
    answers = read_bank(exercise)
    n_right = sum(answer.right for answer in answers)
    assert n_right >= LEAST_RIGHT
    assert len(answers) - n_right >= LEAST_WRONG


@EVERY
def test_every_misconception_has_an_answer_that_must_be_called_so(exercise):
    named = {answer.misconception for answer in read_bank(exercise)} - {None}
    assert named == {misconception.id for misconception in exercise.misconceptions}


@EVERY
def test_every_answer_defines_the_learners_function(exercise):
    for answer in read_bank(exercise):
        assert callable(load_function(answer.source, asks()[exercise.id].function, answer.name))


@EVERY
def test_no_two_answers_are_the_same_code(exercise):
    codes = [answer.source.partition("\n")[2].strip() for answer in read_bank(exercise)]
    assert len(set(codes)) == len(codes)


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS)
def test_right_answers_pass_and_wrong_ones_fail_with_their_names(lesson):
    records = [exercise for exercise in exercises().values() if exercise.lesson == lesson]
    answers = {(e.id, a.name): a for e in records for a in read_bank(e)}
    runs = chosen_runs(grade=1, practice=1)
    tasks = [Task(i, name, a.source, runs, compare=False) for (i, name), a in answers.items()]
    found = {exercise.id: ExerciseAudit(exercise.id) for exercise in records}
    for task, findings in examine_all(tasks, subject):
        count_answer(found[task.exercise], answers[task.exercise, task.name], findings)
    flaws = {f"{e} {flaw.name}": flaw.text for e in found for flaw in found[e].flaws}
    assert flaws == {}
    assert sum(audit.right + audit.wrong for audit in found.values()) == len(answers)


def test_a_file_must_say_what_it_is(tmp_path):
    path = tmp_path / "02" / "gd-weights" / "wrong" / "x.py"
    path.parent.mkdir(parents=True)
    path.write_text("def gd_weights():\n    pass\n")
    with pytest.raises(BankError, match=r"x\.py: the first line is 'def gd_weights\(\):'"):
        read_bank(find_exercise("gd-weights"), tmp_path)


def test_a_module_must_define_the_function():
    with pytest.raises(BankError, match="right/x defines no function gd_weights"):
        load_function("def other():\n    pass\n", "gd_weights", "right/x")


def test_an_answer_may_have_helpers_and_imports_of_its_own():
    source = (
        "import math\n\n\ndef half():\n    return math.pi / 2\n\n\ndef f():\n    return half()\n"
    )
    assert load_function(source, "f", "right/x")() == pytest.approx(1.5707963)
