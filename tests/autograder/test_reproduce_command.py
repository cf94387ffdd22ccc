"""Against: the command as it is typed, on experiments that take no time."""

import json

import pytest
from click.testing import CliRunner

from autograder.cli import main
from icl_course.captions import Captioned, new_figure
from icl_course.reproduction import registry
from icl_course.reproduction.records import Experiment, Outcome, at_most, near


@pytest.fixture
def ran(monkeypatch):
    """Return what ran, in order, once three toys stand in for the experiments."""
    said = []

    def toy(name, here):
        def run(settings, key, train):
            said.append((name, settings["n"]))
            if here is None:
                raise ValueError("it broke half-way")
            rows = [near(name, "loss", "K = 1", paper=2.0, here=here, share=0.1, source="theory")]
            rows.append(at_most(name, "time", "K = 1", paper=1.0, here=0.5, source="theory"))
            return Outcome(rows=rows, figures={"": Captioned(new_figure(1.0), alt="Two: 2.0.")})

        sizes = {"laptop": {"n": 3}, "paper": {"n": 5}}
        return Experiment(name, f"About {name}", "section 0", run, sizes, {"laptop": 1, "paper": 9})

    toys = {"first": toy("first", 2.1), "second": toy("second", 3.0), "third": toy("third", None)}
    monkeypatch.setattr(registry, "experiments", lambda: toys)
    return said


def call(tmp_path, *words):
    return CliRunner().invoke(main, ["reproduce", "--out", str(tmp_path), *words])


def test_one_experiment_writes_its_figure_its_numbers_and_the_table(ran, tmp_path):
    result = call(tmp_path, "first")
    assert result.exit_code == 0
    assert ran == [("first", 3)]
    folder = tmp_path / "reproduction" / "laptop"
    assert sorted(p.name for p in folder.iterdir()) == ["first.json", "first.png", "first.svg"]
    assert "2.1" in result.stdout
    assert "yes (10 %)" in result.stdout
    rows = json.loads((tmp_path / "reproduction.json").read_text())
    assert [row["here"] for row in rows[:2]] == [2.1, 0.5]
    assert "| loss | K = 1 |" in (tmp_path / "reproduction.md").read_text()


def test_json_is_all_that_is_printed(ran, tmp_path):
    result = call(tmp_path, "second", "--json")
    rows = json.loads(result.stdout)
    assert [(row["figure"], row["here"], row["within"]) for row in rows] == [
        ("second", 3.0, False),
        ("second", 0.5, True),
    ]
    keys = ["figure", "quantity", "setting", "paper", "here", "tolerance", "within", "why"]
    assert all(list(row)[:8] == keys for row in rows)


def test_what_is_there_is_not_run_again_unless_asked(ran, tmp_path):
    call(tmp_path, "first")
    assert "2.1" in call(tmp_path, "first").stdout
    assert len(ran) == 1
    call(tmp_path, "first", "--again")
    assert len(ran) == 2


def test_the_scale_of_the_paper_is_the_same_code_with_its_sizes(ran, tmp_path):
    call(tmp_path, "first", "--scale", "paper")
    assert ran == [("first", 5)]
    assert (tmp_path / "reproduction" / "paper" / "first.json").exists()


def test_a_failure_keeps_what_was_finished_before_it(ran, tmp_path):
    result = call(tmp_path, "--all")
    assert result.exit_code == 1
    assert "it broke half-way" in result.output
    rows = json.loads((tmp_path / "reproduction.json").read_text())
    assert [row["here"] for row in rows if row["scale"] == "laptop"] == [2.1, 0.5, 3.0, 0.5, None]


def test_unknown_names_are_answered_with_close_ones(ran, tmp_path):
    result = call(tmp_path, "frist")
    assert result.exit_code == 2
    assert "Did you mean first" in result.output
    assert ran == []


def test_nothing_and_both_are_refused(ran, tmp_path):
    for words in ((), ("first", "--all")):
        result = call(tmp_path, *words)
        assert result.exit_code == 2
        assert "or pass --all" in result.output


def test_the_list_names_all_and_runs_none(ran, tmp_path):
    result = call(tmp_path, "--list")
    assert all(name in result.stdout for name in ("first", "second", "third"))
    entries = json.loads(call(tmp_path, "--list", "--json").stdout)
    assert [entry["name"] for entry in entries] == ["first", "second", "third"]
    assert ran == []


def test_it_is_a_learners_command():
    result = CliRunner().invoke(main, ["--help"])
    learners, instructors = result.output.split("For instructors")
    assert "reproduce" in learners
    assert "reproduce" not in instructors
