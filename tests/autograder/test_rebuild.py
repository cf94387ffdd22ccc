"""`rebuild` against notebooks damaged as editors, merges and people damage them.

The oracle is the order of sources that the graded notebook must have; damage to one exercise must
never show in another.
"""

import copy
import gc
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.building.notebooks import cell_exercise, cell_kind
from autograder.building.release_steps import release_notebook
from autograder.building.source import expand, read_source
from autograder.content import Lesson
from autograder.submissions.cell_code import added_imports, bound_names, course_calls
from autograder.submissions.rebuild import NOTES_HEADING, empty_notebook, rebuild
from autograder.submissions.submission import (
    LARGEST_FILE,
    UnreadableSubmissionError,
    parse_submission,
    read_submission,
)

SOURCE = '''# %% [markdown]
# # A small lesson

# %%
# %precision 4
import math

FACTOR = 2

# %% [markdown]
# Double it.

# %% exercise="double"
def double(number: float) -> float:
    """Return twice the number."""
    ### BEGIN SOLUTION
    return 2 * number
    ### END SOLUTION

# %% check="double" points=2
check("double", double)

# %% display
print("a figure")

# %% exercise="triple"
def triple(number):
    """Return three times the number."""
    ### BEGIN SOLUTION
    return 3 * number
    ### END SOLUTION

# %% check="triple" points=1
check("triple", triple)

# %% predict="which"
predict("which", choice="b")

# %% [markdown] question="why" points=2
# ## Why is that so?
#
# ### BEGIN SOLUTION
# Because of this.
# ### END SOLUTION

# %% [markdown]
# The end.
'''

DOUBLE = "def double(number):\n    return number + number"
TRIPLE = "def triple(number):\n    return number + double(number)"
ANSWER = "## Why is that so?\n\nIt follows."


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    lesson = Lesson("03", "small", tmp_path_factory.mktemp("small"))
    lesson.source.parent.mkdir(parents=True)
    lesson.source.write_text(SOURCE)
    return release_notebook(expand(lesson, read_source(lesson.source)))


@pytest.fixture
def answered(release):
    """A submission with every blank filled, damaged by nobody."""
    notebook = copy.deepcopy(release)
    for name, source in (
        ("exercise-double", DOUBLE),
        ("exercise-triple", TRIPLE),
        ("question-why", ANSWER),
        ("predict-which", 'predict("which", choice="a")'),
    ):
        cell_of(notebook, name).source = source
    return notebook


def cell_of(notebook, name):
    return next(cell for cell in notebook.cells if cell.id == name)


def place_of(notebook, name):
    return [cell.id for cell in notebook.cells].index(name)


def own_code(notebook):
    return [cell.source for cell in notebook.cells if cell_kind(cell) == "own"]


def ids(notebook):
    return [cell.id for cell in notebook.cells]


def pasted(notebook, name, source, *, after=None):
    """Paste a copy of a cell, metadata and all, as JupyterLab does; edit the copy."""
    copied = copy.deepcopy(cell_of(notebook, name))
    copied.update(id=f"pasted-{random.Random(source).getrandbits(32):x}", source=source)
    notebook.cells.insert(place_of(notebook, after or name) + 1, copied)


def stripped(notebook, *, ids_too=True):
    """Lose what other editors lose."""
    bare = copy.deepcopy(notebook)
    bare.metadata = nbformat.from_dict({})
    for number, cell in enumerate(bare.cells):
        cell.metadata = nbformat.from_dict({})
        if ids_too:
            cell.id = f"new-{number}"
    return bare


def test_an_undamaged_submission_is_graded_as_it_is(release, answered):
    rebuilt = rebuild(release, answered)
    assert rebuilt.notes == ()
    assert [c.source for c in rebuilt.notebook.cells] == [c.source for c in answered.cells]
    assert ids(rebuilt.notebook) == ids(release)


def test_a_release_handed_in_untouched_comes_back_untouched(release):
    rebuilt = rebuild(release, release)
    assert rebuilt.notebook.cells == release.cells
    assert rebuilt.notes == ()


def test_neither_release_nor_submission_is_changed(release, answered):
    before = copy.deepcopy((release, answered))
    answered.cells.insert(3, new_code_cell("x = 1"))
    before[1].cells.insert(3, answered.cells[3])
    rebuild(release, answered)
    assert (release, answered) == before


def test_metadata_tags_ids_and_kernelspec_are_ours(release, answered):
    for cell in answered.cells:
        cell.metadata.tags = ["skip-execution"]
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.points = 100
    answered.metadata.kernelspec = {"name": "evil", "display_name": "; rm -rf"}
    rebuilt = rebuild(release, answered).notebook
    assert rebuilt.metadata.kernelspec == release.metadata.kernelspec
    assert [c.metadata for c in rebuilt.cells] == [c.metadata for c in release.cells]


def test_metadata_lost_everywhere_costs_nothing(release, answered):
    rebuilt = rebuild(release, stripped(answered))
    assert rebuilt.notes == ()
    assert [c.source for c in rebuilt.notebook.cells] == [c.source for c in answered.cells]


@pytest.mark.parametrize("left", ["nbgrader", "icl_course", "id"])
def test_one_name_of_a_cell_is_enough(release, answered, left):
    # Nothing in the answer says what it is.
    cell_of(answered, "exercise-double").source = "from elsewhere import *"
    for cell in answered.cells:
        cell.metadata = {left: cell.metadata[left]} if left in cell.metadata else {}
        cell.id = cell.id if left == "id" else f"other-{cell.id}"
    rebuilt = rebuild(release, parse_submission(json.dumps(answered).encode(), "small.ipynb"))
    assert cell_of(rebuilt.notebook, "exercise-double").source == "from elsewhere import *"
    assert cell_of(rebuilt.notebook, "question-why").source == ANSWER
    assert rebuilt.notes == ()


def test_of_two_answers_the_last_before_its_check_counts(release, answered):
    pasted(answered, "exercise-double", "def double(number):\n    return 2.0 * number")
    rebuilt = rebuild(release, answered)
    assert cell_of(rebuilt.notebook, "exercise-double").source.endswith("2.0 * number")
    assert own_code(rebuilt.notebook) == []
    (note,) = rebuilt.notes
    assert note == "There were several answers to double; the last one before its check was graded."


def test_a_copy_below_the_check_does_not_replace_the_answer(release, answered):
    pasted(answered, "exercise-double", "def double(number):\n    return 0", after="check-double")
    rebuilt = rebuild(release, answered)
    assert cell_of(rebuilt.notebook, "exercise-double").source == DOUBLE


def test_a_copy_with_a_copy_of_its_check_does(release, answered):
    pasted(answered, "check-double", 'check("double", double)')
    pasted(answered, "exercise-double", DOUBLE + "  # better", after="check-double")
    rebuilt = rebuild(release, answered)
    assert cell_of(rebuilt.notebook, "exercise-double").source.endswith("# better")
    assert ids(rebuilt.notebook)[1:] == ids(release)


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_copy_left_as_the_stub_is_nothing(release, answered, place):
    stub = cell_of(release, "exercise-double").source
    pasted(answered, "exercise-double", stub)
    if place == "before":
        at = place_of(answered, "exercise-double")
        answered.cells[at : at + 2] = answered.cells[at : at + 2][::-1]
    rebuilt = rebuild(release, answered)
    assert cell_of(rebuilt.notebook, "exercise-double").source == DOUBLE
    assert rebuilt.notes == ()


def test_an_earlier_answer_is_kept_for_the_names_that_only_it_binds(release, answered):
    helper = "def twice(number):\n    return 2 * number\ndef double(number):\n    return 0"
    cell_of(answered, "exercise-double").source = helper
    later = "def double(number):\n    return twice(number)"
    pasted(answered, "exercise-double", later)
    notebook = rebuild(release, answered).notebook
    sources = [cell.source for cell in notebook.cells]
    assert sources.index(helper) + 1 == sources.index(later)
    assert cell_of(notebook, "exercise-double").source == later


def test_a_copy_made_into_something_else_is_code_of_the_learners_own(release, answered):
    pasted(answered, "exercise-double", "print(double(3))")
    pasted(answered, "cell-02", "LIMIT = 7", after="cell-01")
    rebuilt = rebuild(release, answered)
    assert own_code(rebuilt.notebook) == ["LIMIT = 7", "print(double(3))"]
    assert cell_of(rebuilt.notebook, "exercise-double").source == DOUBLE
    assert rebuilt.notes == ()


def test_a_deleted_answer_is_put_back_empty_and_nothing_else_moves(release, answered):
    del answered.cells[place_of(answered, "exercise-double")]
    rebuilt = rebuild(release, answered)
    notes, *cells = rebuilt.notebook.cells
    answers = {cell.id: cell.source for cell in answered.cells}
    expected = [answers.get(cell.id, cell.source) for cell in release.cells]
    assert [cell.source for cell in cells] == expected
    assert rebuilt.notes == ("The cell of double was deleted; it was put back empty.",)
    assert notes.source == f"{NOTES_HEADING}\n\n- {rebuilt.notes[0]}"
    assert rebuilt.notebook.metadata.icl_course.notes == list(rebuilt.notes)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("check-double", "The check of double"),
        ("cell-02", "The given cell that begins with `%precision 4`"),
    ],
)
@pytest.mark.parametrize("what", ["changed", "deleted"])
def test_our_own_cells_are_put_back(release, answered, name, words, what):
    if what == "deleted":
        del answered.cells[place_of(answered, name)]
    else:
        cell_of(answered, name).source = "x = 1"
    rebuilt = rebuild(release, answered)
    assert cell_of(rebuilt.notebook, name) == cell_of(release, name)
    assert rebuilt.notes == (f"{words} was {what}; it was put back as it was given.",)
    assert own_code(rebuilt.notebook) == []


def test_figures_are_put_back_and_a_change_is_said_to_count_for_nothing(release, answered):
    cell_of(answered, "cell-06").source = "print('mine')"
    rebuilt = rebuild(release, answered)
    assert cell_of(rebuilt.notebook, "cell-06") == cell_of(release, "cell-06")
    (note,) = rebuilt.notes
    assert note.endswith("was changed; figures are not run for a mark.")


def test_an_import_written_into_a_given_cell_is_kept(release, answered):
    given = cell_of(answered, "cell-02")
    given.source = given.source.replace("import math", "import math\nimport functools")
    rebuilt = rebuild(release, answered)
    notebook = rebuilt.notebook
    assert own_code(notebook) == ["import functools"]
    assert place_of(notebook, "own-imports-1") == place_of(notebook, "cell-02") + 1


def test_helpers_keep_their_place_among_their_neighbours(release, answered):
    for name, source in (("exercise-double", "before = 1"), ("check-double", "between = 2")):
        answered.cells.insert(place_of(answered, name), new_code_cell(source))
    answered.cells.insert(0, new_code_cell("first = 0"))
    answered.cells.append(new_code_cell("last = 3"))
    notebook = rebuild(release, answered).notebook
    order = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    given, check = cell_of(release, "cell-02").source, 'check("double", double)'
    assert order[:6] == ["first = 0", given, "before = 1", DOUBLE, "between = 2", check]
    assert order[-1] == "last = 3"


def test_a_helper_moved_along_with_its_answer_stays_before_it(release, answered):
    at = place_of(answered, "exercise-double")
    answer = answered.cells.pop(at)
    answered.cells[-1:-1] = [new_code_cell("helper = 1"), answer]
    notebook = rebuild(release, answered).notebook
    assert ids(notebook)[at + 1] == "exercise-double"
    assert notebook.cells[at].source == "helper = 1"


def test_a_helper_stays_above_a_check_that_was_deleted(release, answered):
    at = place_of(answered, "check-double")
    answered.cells[at : place_of(answered, "exercise-triple")] = [new_code_cell("helper = 1")]
    notebook = rebuild(release, answered).notebook
    assert place_of(notebook, "check-double") == place_of(notebook, "exercise-double") + 2


@pytest.mark.parametrize(
    "source",
    [
        'check("double", double)',
        'check("double", triple)\nhint("double")',
        'solution("double")',
        " ",
    ],
)
def test_cells_that_only_call_the_course_are_not_kept(release, answered, source):
    answered.cells.append(new_code_cell(source))
    assert own_code(rebuild(release, answered).notebook) == []


def test_reordered_cells_are_put_in_our_order(release, answered):
    random.Random(0).shuffle(answered.cells)
    rebuilt = rebuild(release, answered)
    assert ids(rebuilt.notebook) == ids(release)
    assert cell_of(rebuilt.notebook, "exercise-triple").source == TRIPLE


def test_merged_cells_lose_no_points(release, answered):
    merged = f"{DOUBLE}\n\n\n{TRIPLE}"
    cell_of(answered, "exercise-double").source = merged
    del answered.cells[place_of(answered, "exercise-triple")]
    rebuilt = rebuild(release, answered)
    assert cell_of(rebuilt.notebook, "exercise-double").source == merged
    assert "raise" not in cell_of(rebuilt.notebook, "exercise-triple").source
    (note,) = rebuilt.notes
    assert note == "The cell of triple was gone; its function was found in the cell of double."


def test_an_answer_written_in_a_new_cell_is_found(release, answered):
    cell_of(answered, "exercise-double").source = cell_of(release, "exercise-double").source
    answered.cells.append(new_code_cell(DOUBLE))
    rebuilt = rebuild(release, answered)
    assert cell_of(rebuilt.notebook, "exercise-double").source == DOUBLE
    assert own_code(rebuilt.notebook) == []


def test_text_about_a_function_is_no_answer(release, answered):
    del answered.cells[place_of(answered, "exercise-double")]
    answered.cells.append(new_markdown_cell("def double(number): I had it here."))
    rebuilt = rebuild(release, answered)
    assert cell_of(rebuilt.notebook, "exercise-double") == cell_of(release, "exercise-double")


def test_a_function_of_the_same_name_beside_an_answer_stays_where_it_is(release, answered):
    again = "def double(number):\n    return 2.0 * number"
    answered.cells.insert(place_of(answered, "check-double"), new_code_cell(again))
    rebuilt = rebuild(release, answered)
    assert cell_of(rebuilt.notebook, "exercise-double").source == DOUBLE
    assert own_code(rebuilt.notebook) == [again]


@pytest.mark.parametrize("source", ["def double(number)\n    return 2", "%%time\n" + DOUBLE])
def test_code_that_python_cannot_read_is_still_somebodys_answer(release, answered, source):
    cell_of(answered, "exercise-double").source = source
    rebuilt = rebuild(release, stripped(answered))
    assert cell_of(rebuilt.notebook, "exercise-double").source == source


def test_an_answer_turned_into_text_is_graded_as_code(release, answered):
    at = place_of(answered, "exercise-double")
    metadata = answered.cells[at].metadata
    answered.cells[at] = new_markdown_cell(DOUBLE, id="exercise-double", metadata=metadata)
    rebuilt = rebuild(release, answered)
    cell = cell_of(rebuilt.notebook, "exercise-double")
    assert (cell.cell_type, cell.source) == ("code", DOUBLE)
    assert rebuilt.notes == ("The cell of double was no code cell; it was graded as one.",)


@pytest.mark.parametrize("deleted", [False, True])
def test_a_written_answer_below_its_question_is_put_in(release, answered, deleted):
    at = place_of(answered, "question-why")
    answered.cells[at] = copy.deepcopy(cell_of(release, "question-why"))
    answered.cells[at + 1 : at + 1] = [new_markdown_cell("First."), new_markdown_cell("Then.")]
    if deleted:
        del answered.cells[at]
    rebuilt = rebuild(release, answered)
    written = cell_of(rebuilt.notebook, "question-why").source
    assert "First.\n\nThen." in written
    assert "YOUR ANSWER HERE" not in written
    assert rebuilt.notes == ("The answer to why stood in a cell below it; it was put in.",)


def test_pictures_in_a_written_answer_come_along(release, answered):
    picture = {"sketch.png": {"image/png": "aGk=", "text/html": "<script>"}, "x": 3}
    cell_of(answered, "question-why").attachments = picture
    cell_of(answered, "question-why").source = cell_of(release, "question-why").source
    read = parse_submission(json.dumps(answered).encode(), "small.ipynb")
    cell = cell_of(rebuild(release, read).notebook, "question-why")
    assert cell.attachments == {"sketch.png": {"image/png": "aGk="}}


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ('predict("which", choice="c")', True),
        ('predict("other", choice="c")', False),
        ('import os\npredict("which", choice="c")', False),
    ],
)
def test_a_prediction_is_one_call_or_none(release, answered, source, kept):
    cell_of(answered, "predict-which").source = source
    cell = cell_of(rebuild(release, answered).notebook, "predict-which")
    assert (cell.source == source) is kept


def test_damage_to_one_exercise_moves_nothing_of_another(release, answered):
    whole = rebuild(release, answered).notebook
    for name in ("exercise-double", "check-double", "cell-02", "cell-06", "question-why"):
        damaged = copy.deepcopy(answered)
        del damaged.cells[place_of(damaged, name)]
        notebook = rebuild(release, damaged).notebook
        for cell in whole.cells:
            if cell.id != name:
                assert cell_of(notebook, cell.id) == cell


def test_random_damage_always_leaves_our_cells_in_our_order(release, answered):
    draw = random.Random(2212)
    for _ in range(300):
        damaged = copy.deepcopy(answered)
        for _ in range(draw.randrange(1, 12)):
            at = draw.randrange(len(damaged.cells)) if damaged.cells else 0
            act = draw.choice(("delete", "double", "move", "strip", "own", "edit"))
            if act == "own" or not damaged.cells:
                damaged.cells.insert(
                    at, new_code_cell(f"own_{draw.random():.9f} = 1".replace(".", ""))
                )
            elif act == "delete" and len(damaged.cells) > 1:
                del damaged.cells[at]
            elif act == "double":
                damaged.cells.insert(draw.randrange(len(damaged.cells)), damaged.cells[at].copy())
            elif act == "move":
                damaged.cells.insert(draw.randrange(len(damaged.cells)), damaged.cells.pop(at))
            elif act == "strip":
                damaged.cells[at].metadata = nbformat.from_dict({})
            else:
                damaged.cells[at].source += "\n# edited"
        try:
            rebuilt = rebuild(release, damaged)
        except UnreadableSubmissionError:
            continue
        ours = [cell for cell in rebuilt.notebook.cells if cell_kind(cell) not in ("own", "notes")]
        assert [(c.id, c.metadata) for c in ours] == [(c.id, c.metadata) for c in release.cells]
        for cell, original in zip(ours, release.cells, strict=True):
            if cell_kind(cell) in ("given", "check", "text", "display"):
                assert cell == original
        own = {line for source in own_code(rebuilt.notebook) for line in source.splitlines()}
        for cell in damaged.cells:
            if cell.source.startswith("own_"):
                assert cell.source.splitlines()[0] in own
        nbformat.validate(rebuilt.notebook)


def test_another_lessons_notebook_is_refused(release, answered):
    answered.metadata.icl_course.lesson = "04"
    with pytest.raises(UnreadableSubmissionError, match="lesson '04', not of lesson 03"):
        rebuild(release, answered)


def test_a_notebook_with_nothing_of_ours_is_refused(release):
    with pytest.raises(UnreadableSubmissionError, match="no cell of this lesson"):
        rebuild(release, new_notebook(cells=[new_code_cell("print('hello')")]))


def test_another_version_is_said(release, answered):
    answered.metadata.icl_course.version = "9.9"
    (note,) = rebuild(release, answered).notes
    assert note.startswith("The file is of course version '9.9'")


def test_an_unreadable_file_is_graded_as_an_empty_notebook(release):
    rebuilt = empty_notebook(release, "It is a song.")
    assert rebuilt.notebook.cells[1:] == release.cells
    assert rebuilt.notebook.metadata.icl_course.notes == ["It is a song."]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"   \n", "is empty"),
        (b"hello", r"it is not JSON \(line 1\)"),
        (b'{\n<<<<<<< HEAD\n"cells": []\n', "unresolved merge conflict"),
        (b"[]", "no list of cells"),
        (b"3", "no list of cells"),
        (b'{"cells": 3, "nbformat": 4}', "no list of cells"),
        (b'{"cells": [], "nbformat": 4}', "no cells with anything in them"),
        (b'{"cells": [3, null], "nbformat": 4}', "no cells with anything in them"),
        (b'{"cells": [], "nbformat": 77}', "notebook format 77"),
        ('{"cells": []}'.encode("utf-16"), "UTF-16"),
        (b'{"cells": "\xff"}', "not UTF-8"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"[" * 100_000, "not a notebook"),
        (b'{"cells": [' + b"1" * 5_000 + b'], "nbformat": 4}', "not a notebook"),
        (b" " * (LARGEST_FILE + 1), "larger than 20 MB"),
    ],
)
def test_what_is_no_notebook_gets_a_sentence(content, words):
    with pytest.raises(UnreadableSubmissionError, match=words) as caught:
        parse_submission(content, "small.ipynb")
    assert str(caught.value).startswith("small.ipynb ")
    assert str(caught.value).count("\n") == 0


def test_what_cannot_be_opened_gets_a_sentence(tmp_path):
    with pytest.raises(UnreadableSubmissionError, match="not an ordinary file"):
        read_submission(tmp_path)
    with pytest.raises(UnreadableSubmissionError, match="not an ordinary file"):
        read_submission(tmp_path / "nowhere.ipynb")


@pytest.mark.parametrize(
    "source", ["def double(number):\n    pass", ["def double", "(number):\n", "    pass"]]
)
def test_sources_may_be_lists_or_texts(source):
    cell = {"cell_type": "code", "source": source, "outputs": 3, "metadata": [], "id": "?!"}
    content = json.dumps({"nbformat": 4, "cells": [cell]}).encode("utf-8-sig")
    (read,) = parse_submission(content, "small.ipynb").cells
    assert read.source == "def double(number):\n    pass"
    assert read.outputs == []


def test_old_formats_are_brought_up_to_date():
    old = {"cell_type": "code", "input": DOUBLE, "language": "python", "outputs": []}
    content = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [old]}]}
    (cell,) = parse_submission(json.dumps(content).encode(), "small.ipynb").cells
    assert cell.source == DOUBLE


def test_a_lone_surrogate_does_not_keep_a_file_from_being_written():
    cell = {"cell_type": "markdown", "source": "\ud800", "metadata": {}}
    notebook = parse_submission(json.dumps({"nbformat": 4, "cells": [cell]}).encode(), "a.ipynb")
    nbformat.writes(notebook).encode("utf-8")


def test_what_a_cell_binds_and_calls_is_read_without_running_it():
    source = (
        "%matplotlib inline\nimport a.b, c as d\nfrom e import f\nclass G: ...\nh, (i, *j) = 1\n"
    )
    assert bound_names(source) == {"a", "d", "f", "G", "h", "i", "j"}
    assert bound_names("def broken(:\nx = 1\nif y == 2: pass") == {"broken", "x"}
    # What is far too long is read by line: its tree would take gigabytes.
    assert bound_names("(y, z) = 1\n") == {"y", "z"}
    assert bound_names("(y, z) = 1\nx = [" + "1, " * 70_000 + "]") == {"x"}
    assert course_calls('check("a", f)\nhint("b")') == [("check", "a"), ("hint", "b")]
    assert course_calls('check("a", f)\nprint(1)') is None
    assert course_calls("check(a, f)") is None
    assert added_imports("import a\nimport b\nx = 1\nfrom c import (", "import a") == "import b"


def test_the_release_knows_which_exercise_each_cell_belongs_to(release):
    assert [cell_exercise(c) for c in release.cells if cell_kind(c) == "exercise"] == [
        "double",
        "triple",
    ]


def test_trees_are_made_one_at_a_time():
    """Python 3.11 raises SystemError where a thread has its turn inside another one's tree."""

    def give_others_a_turn(phase, info):
        time.sleep(1e-4)

    thresholds = gc.get_threshold()
    gc.callbacks.append(give_others_a_turn)
    gc.set_threshold(50)
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(bound_names, ["x = [" + "[1, 2], " * 500 + "]\n"] * 20))
    finally:
        gc.callbacks.remove(give_others_a_turn)
        gc.set_threshold(*thresholds)
    assert found == [{"x"}] * 20
