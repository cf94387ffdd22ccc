"""What the README says is true: its example runs, its commands exist, its pictures are there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.building.source import read_source
from autograder.content import lessons
from autograder.exercises import exercises

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", README, re.DOTALL).group(1)


def test_the_first_line_says_what_this_is():
    first = README.split("\n")[0]
    assert first.startswith("# ")
    assert "attention as gradient descent" in first


def test_the_example_has_twelve_lines_and_prints_what_it_shows():
    code = block("python")
    assert len(code.strip().split("\n")) == 12
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    layer, descent = (line.split()[-1] for line in run.stdout.strip().split("\n"))
    assert layer == descent
    assert len(layer.split(".")[1]) == 12
    shown = [line.split()[-1] for line in block("text").strip().split("\n")]
    # The last digits may differ on another processor; that both agree may not.
    assert [round(float(number), 9) for number in shown] == [round(float(layer), 9)] * 2


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_ci_finds_the_commands_and_runs_what_a_reader_pastes(name):
    script = ROOT / ".ci" / "readme_command.py"
    run = subprocess.run([sys.executable, script, name], capture_output=True, text=True)
    assert run.returncode == 0
    assert run.stdout in README
    assert "python3 -m venv" in run.stdout


def test_a_command_that_the_readme_does_not_have_is_an_error():
    script = ROOT / ".ci" / "readme_command.py"
    run = subprocess.run([sys.executable, script, "nothing"], capture_output=True, text=True)
    assert run.returncode != 0
    assert "no code block after" in run.stderr


def test_every_command_named_exists():
    from autograder.cli import main

    named = set(re.findall(r"icl-course ([a-z][a-z-]*(?: init)?)", README))
    assert {"start", "check", "hand-in", "demo", "audit", "class init"} <= named
    for command in named:
        result = CliRunner().invoke(main, [*command.split(), "--help"])
        assert result.exit_code == 0, (command, result.output)


def test_pictures_and_links_inside_the_repository_are_there():
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    for target in targets:
        if not target.startswith("https://"):
            assert (ROOT / target).exists(), target


def test_pictures_have_text_for_who_cannot_see_them():
    for text in re.findall(r"!\[(.*?)\]", README):
        assert len(text.split()) > 5


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_the_map_of_lessons_is_that_of_the_records(lesson):
    cells = read_source(lesson.source)
    row = next(line for line in README.split("\n") if line.startswith(f"| {lesson.number} |"))
    of_lesson = [e for e in exercises().values() if e.lesson == lesson.number]
    points = sum(cell.points or 0 for cell in cells)
    (minutes,) = re.findall(r"[Aa]bout (\d+) minutes", cells[0].text)
    assert row.endswith(f"| {len(of_lesson)} | {points} | {minutes} min |")
    assert points > sum(exercise.points for exercise in of_lesson)


def test_the_map_of_lessons_adds_up():
    rows = re.findall(r"^\| \d\d \|.*\| (\d+) \| (\d+) \| (\d+) min \|$", README, re.MULTILINE)
    sums = [sum(int(row[column]) for row in rows) for column in range(3)]
    assert f"| | all | {sums[0]} | {sums[1]} | {sums[2] / 60:.1f} h |" in README
