"""The audit, against exercises whose faults are known, and the whole of it once (slow)."""

import importlib
import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.auditing import audit_pages
from autograder.auditing.audit import (
    COUNTS,
    ERRORS,
    MOST_MUTANTS,
    AuditReport,
    ExerciseAudit,
    Flaw,
    audit,
    count_answer,
    count_mutant,
)
from autograder.auditing.audit_worker import Task, WorkerError, chosen_runs, examine_all
from autograder.auditing.bank_reader import BankAnswer
from autograder.auditing.examine import Examiner, Findings, Run, solution_source
from autograder.auditing.mutants import Mutant
from autograder.commands import audit as cli_audit
from autograder.exercises import UnknownExerciseError, exercises, find_exercise

RUNS = chosen_runs(grade=3, practice=2)
MUTANT = Mutant("solution", "operand_dropped", 3, "return a + b", "return a", "source")


@pytest.fixture
def toys(monkeypatch):
    """The toy exercises, importable in worker processes too: they get this process's path."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module("audit_toys")


def examined(subject, source):
    return Examiner(subject).examine(source, "toy", RUNS)


def counted(findings, *, right=False, note="none"):
    found = ExerciseAudit("double")
    name = "right/x" if right else "wrong/x"
    count_answer(found, BankAnswer("double", name, "", note), findings)
    return [flaw.kind for flaw in found.flaws]


def counted_mutant(findings):
    found = ExerciseAudit("double")
    count_mutant(found, MUTANT, findings)
    return found


def findings(*names, passed=0, practice_passed=0, matches=False):
    """Findings with so many passes at either depth, and a failure for each name."""
    runs = [Run("grade", seed, True, None) for seed in range(passed)]
    runs += [Run("practice", seed, True, None) for seed in range(practice_passed)]
    runs += [Run("grade", 50 + seed, False, name) for seed, name in enumerate(names)]
    return Findings(tuple(runs), matches)


# Counting


def test_a_right_answer_must_pass_every_time_and_do_what_the_solution_does():
    assert counted(findings(passed=5, matches=True), right=True) == []
    assert counted(findings(None, passed=4, matches=True), right=True) == ["false_rejects"]
    assert counted(findings(passed=5, matches=False), right=True) == ["false_accepts"]


def test_an_answer_that_was_not_compared_is_counted_by_its_verdicts():
    assert counted(findings(passed=5, matches=None), right=True) == []
    assert counted(findings("sign", matches=None), note="sign") == []


def test_a_right_answer_that_does_not_load_is_a_false_reject():
    assert counted(Findings((), False, "NameError on loading"), right=True) == ["false_rejects"]


def test_a_wrong_answer_must_fail_every_time_with_its_own_name():
    assert counted(findings("sign", "sign"), note="sign") == []
    assert counted(findings(None, None), note="none") == []
    assert counted(Findings((), False, "SyntaxError on loading"), note="none") == []
    assert counted(findings("sign", passed=1), note="sign") == ["false_accepts"]
    assert counted(findings("sign", practice_passed=1), note="sign") == ["false_accepts"]
    assert counted(findings("half", "half"), note="sign") == ["misnamed"]
    assert counted(findings("sign", None), note="sign") == ["misnamed"]
    assert counted(findings("sign"), note="none") == ["misnamed"]
    assert counted(Findings((), False, "did not end"), note="sign") == ["misnamed"]


def test_a_wrong_answer_that_does_what_the_solution_does_is_a_false_reject():
    assert counted(findings("sign", matches=True), note="sign") == ["false_rejects"]


def test_a_mutant_is_equivalent_only_if_the_generator_agrees():
    assert counted_mutant(findings(passed=3, matches=True)).equivalent == [MUTANT]
    for passes in (findings(passed=3), findings(None, passed=1)):
        assert [flaw.kind for flaw in counted_mutant(passes).flaws] == ["false_accepts"]


def test_a_refused_mutant_that_does_what_the_solution_does_is_a_false_reject():
    for refused in (findings(None, matches=True), findings(None, passed=2, matches=True)):
        assert [flaw.kind for flaw in counted_mutant(refused).flaws] == ["false_rejects"]


def test_a_mutant_must_have_one_name_every_time():
    assert counted_mutant(findings("sign", "sign")).flaws == []
    for names in (("sign", None), ("sign", "half")):
        assert [flaw.kind for flaw in counted_mutant(findings(*names)).flaws] == ["misnamed"]


def test_a_mutant_that_passes_in_practice_alone_is_listed_and_is_no_error():
    found = counted_mutant(findings(None, practice_passed=2))
    assert (found.flaws, found.practice_only) == ([], [MUTANT])


# Examining


def test_a_fine_exercise_tells_right_from_wrong(toys):
    subject = toys.fine("double")
    assert examined(subject, toys.RIGHT["product"]).always_accepted
    assert examined(subject, toys.RIGHT["product"]).matches
    halved = examined(subject, toys.WRONG["halved"][1])
    assert (halved.accepted, halved.matches, halved.names) == (False, False, {"halved"})


def test_the_comparison_is_made_in_float64_and_tightly(toys):
    subject = toys.fine("double")
    assert not examined(subject, "def double(xs):\n    return xs * (2 + 1e-7)\n").matches
    # Who chooses float32 is compared in float32.
    single = "def double(xs):\n    return (2 * xs).astype('float32')\n"
    assert examined(subject, single).matches


def test_what_raises_somewhere_does_not_match(toys):
    raises = "def double(xs):\n    assert abs(xs).max() < 9\n    return 2 * xs\n"
    assert not examined(toys.fine("double"), raises).matches


def test_what_does_not_load_is_refused_and_says_why(toys):
    found = examined(toys.fine("double"), "def double(xs):\n    return undefined[\n")
    assert (found.runs, found.matches) == ((), False)
    assert found.note.startswith("SyntaxError on loading")


def test_a_solution_is_the_lessons_cell_with_the_lessons_imports():
    source = solution_source(find_exercise("target-shift"))
    assert "def target_shift(" in source
    assert "import jax.numpy as jnp" in source
    assert "check" not in source


# Whole audits of toys


def here(tasks, make_subject):
    """Examine in this process: the toys end, and a worker's start takes longer than they do."""
    for task in tasks:
        examiner = Examiner(make_subject(task.exercise))
        yield task, examiner.examine(task.source, task.name, task.runs, compare=task.compare)


@pytest.fixture
def audited(toys, tmp_path):
    """Audit one of the toys here."""
    bank = toys.write_bank(tmp_path)

    def run_audit(name, **options):
        options = {"make_subject": getattr(toys, name), "bank": bank, "examine": here} | options
        return audit(["double"], **options)

    return run_audit


def test_the_audit_of_a_fine_exercise_is_clean(audited):
    seen = []
    report = audited("fine", progress=lambda *state: seen.append(state))
    assert report.clean, report.exercises[0].flaws
    (row,) = report.as_json()["exercises"]
    assert (row["right"], row["wrong"]) == (1, 2)
    assert row["mutants"] > 5
    assert 0 < row["equivalent"] < row["mutants"]  # xs[:] for xs[0:]
    assert [done for done, _, _ in seen] == list(range(1, 1 + seen[-1][1]))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("weak", "false_accepts"),
        ("strict", "false_rejects"),
        ("lying", "misnamed"),
        ("wavering", "misnamed"),
    ],
)
def test_the_audit_sees_the_fault_of_a_record_with_mutants_and_without(audited, fault, kind):
    for most_mutants in (0, 300):
        (found,) = audited(fault, most_mutants=most_mutants).exercises
        assert kind in {flaw.kind for flaw in found.flaws}


def test_the_audit_in_worker_processes_finds_the_same(audited):
    here, there = audited("weak"), audited("weak", examine=examine_all)
    assert here.as_json() == there.as_json()
    assert here.exercises[0].flaws == there.exercises[0].flaws


def test_a_solution_that_fails_stops_the_audit(audited):
    with pytest.raises(WorkerError, match="the solution of double fails: IndexError"):
        audited("broken", examine=examine_all)


def test_a_budget_leaves_out_mutants_and_never_the_bank(audited):
    report = audited("fine", budget_s=0.0)
    (found,) = report.exercises
    assert (found.right, found.wrong, found.mutants) == (1, 2, 0)
    assert report.skipped > 5


def test_an_unknown_exercise_is_refused():
    with pytest.raises(UnknownExerciseError, match="did you mean gd-weights"):
        audit(["gd-weihgts"])


def test_an_answer_that_never_ends_or_kills_its_process_stops_nothing(toys):
    sources = {
        "loops": "def double(xs):\n    while True:\n        pass\n",
        "loops on loading": "while True:\n    pass\n",
        "exits": "import os\n\ndef double(xs):\n    os._exit(3)\n",
        "prints": "def double(xs):\n    print('word' * 99)\n    return 2 * xs\n",
    }
    tasks = [Task("double", name, source, RUNS) for name, source in sources.items()]
    found = {
        task.name: findings
        for task, findings in examine_all(tasks, toys.fine, n_workers=2, seconds=5.0)
    }
    assert found["loops"].note == found["loops on loading"].note == "did not end within 5 s"
    assert found["exits"].note == "its process died"
    assert found["prints"].always_accepted


# Reports


def report(*flaws):
    one = ExerciseAudit("gd-weights", right=6, wrong=9, mutants=30, equivalent=[MUTANT] * 4)
    two = ExerciseAudit("multi-output", right=5, wrong=10, mutants=20, flaws=list(flaws))
    return AuditReport((one, two), skipped=0, seconds=1.0)


def test_the_json_has_the_promised_keys_and_integers():
    written = report(Flaw("misnamed", "wrong/sign", "called half")).as_json()
    assert list(written) == ["exercises", "totals"]
    assert [list(row) for row in written["exercises"]] == [["id", *COUNTS]] * 2
    assert written["totals"] == {
        "right": 11,
        "wrong": 19,
        "mutants": 50,
        "equivalent": 4,
        "false_accepts": 0,
        "false_rejects": 0,
        "misnamed": 1,
    }


def test_the_readme_table_is_put_between_its_marks_and_nowhere_else(tmp_path):
    readme = tmp_path / "README.md"
    marks = "<!-- audit:begin -->\n{}<!-- audit:end -->"
    readme.write_text("before\n" + marks.format("| old |\n") + "\nafter\n")
    for _ in range(2):
        audit_pages.update_readme(report(), readme)
    table = audit_pages.readme_table(report())
    assert readme.read_text() == "before\n" + marks.format(table + "\n") + "\nafter\n"
    lines = table.splitlines()
    assert lines[0] == (
        "| exercise | right | wrong | mutants | equivalent | false accepts | false rejects | "
        "misnamed |"
    )
    assert lines[2] == "| `gd-weights` | 6 | 9 | 30 | 4 | 0 | 0 | 0 |"
    assert lines[-1] == "| **all** | 11 | 19 | 50 | 4 | 0 | 0 | 0 |"


def test_a_readme_without_marks_is_left_alone(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("no marks\n")
    with pytest.raises(ValueError, match="needs the lines <!-- audit:begin -->"):
        audit_pages.update_readme(report(), readme)
    assert readme.read_text() == "no marks\n"


def test_equivalent_mutants_are_listed_with_their_difference(tmp_path):
    (tmp_path / "02").mkdir()
    (path,) = audit_pages.update_equivalents(report(), tmp_path)
    text = path.read_text()
    assert path == tmp_path / "02" / "equivalent.md"
    assert "## `gd-weights`: 4 of 30" in text
    assert "line 3, operand_dropped\n\n```python\nreturn a + b\nreturn a\n```" in text


# The command


def run(monkeypatch, result, *arguments):
    asked = {}

    def pretended(exercise_ids, budget_s, progress, **options):
        asked.update(exercise_ids=exercise_ids, budget_s=budget_s, **options)
        progress(1, 2, "gd-weights right/x")
        return result

    monkeypatch.setattr(cli_audit, "audit", pretended)
    return CliRunner().invoke(cli_audit.audit_command, list(arguments)), asked


def test_json_is_all_that_is_printed(monkeypatch):
    result, _ = run(monkeypatch, report(), "--json")
    assert result.exit_code == 0
    assert json.loads(result.output) == report().as_json()


@pytest.mark.parametrize("kind", ERRORS)
def test_the_status_is_1_with_any_error(monkeypatch, kind):
    result, _ = run(monkeypatch, report(Flaw(kind, "wrong/sign", "called half")))
    assert result.exit_code == 1
    assert f"multi-output: {kind.replace('_', ' ')}: wrong/sign: called half" in result.output


def test_the_table_and_on_demand_the_equivalent_mutants_are_printed(monkeypatch):
    plain, asked = run(monkeypatch, report(), "gd-weights", "--budget", "60", "--mutants", "7")
    assert asked["exercise_ids"] == ("gd-weights",)
    assert (asked["budget_s"], asked["most_mutants"]) == (60.0, 7)
    assert "gd-weights" in plain.output
    assert "return a + b" not in plain.output
    verbose, _ = run(monkeypatch, report(), "--verbose")
    assert "  - return a + b\n  + return a\n" in verbose.output


def test_what_the_budget_left_out_is_said(monkeypatch):
    skipped = AuditReport(report().exercises, skipped=12, seconds=math.pi)
    result, _ = run(monkeypatch, skipped, "--budget", "3")
    assert "the budget left out 12 mutants" in result.output


def test_the_readme_is_written_after_an_audit_of_whole_lessons_only(monkeypatch):
    for arguments in (("gd-weights", "--write-readme"), ("--write-readme", "--budget", "9")):
        result, asked = run(monkeypatch, report(), *arguments)
        assert result.exit_code == 2
        assert "--write-readme needs whole lessons" in result.output
        assert asked == {}


def test_a_lesson_stands_for_its_exercises(monkeypatch):
    _, asked = run(monkeypatch, report(), "02", "loss")
    of_lesson = [e.id for e in exercises().values() if e.lesson == "02"]
    assert asked["exercise_ids"] == (*of_lesson, "loss")


def test_what_was_not_audited_keeps_its_row_in_the_readme():
    row = "| `linear-attention` | 1 | 2 | 3 | 4 | 5 | 6 | 7 |"
    before = "\n".join(["| exercise | ...", "|---|", row, row.replace("linear-attention", "gone")])
    lines = audit_pages.readme_table(report(), before).splitlines()
    assert row in lines
    assert lines[-1] == "| **all** | 12 | 21 | 53 | 8 | 5 | 6 | 7 |"
    assert not any("gone" in line for line in lines)


@pytest.mark.slow
def test_the_autograder_makes_no_errors():
    found = audit()
    assert found.totals["false_accepts"] == 0, found.exercises
    assert found.clean, [flaw for exercise in found.exercises for flaw in exercise.flaws]
    for exercise in found.exercises:
        assert exercise.mutants == MOST_MUTANTS
