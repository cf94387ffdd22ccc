"""Marks that were made ahead reach the notebook that they are of, and no other."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.grading.ahead import ahead, digest_of, take
from autograder.grading.marking import Marks


def book(*cells):
    return new_notebook(cells=list(cells))


def marks(name: str) -> Marks:
    return Marks((), {0: name})


CODE = new_code_cell("x = 1")


def test_marks_are_found_again_once_and_by_the_same_notebook_alone():
    with ahead(lambda notebook: marks(notebook.cells[0].source)) as put:
        put(book(CODE))
        assert take(book(new_code_cell("x = 2"))) is None
        assert take(book(new_code_cell("x = 1"))) == marks("x = 1")
        assert take(book(new_code_cell("x = 1"))) is None


def test_the_same_code_at_another_place_is_another_notebook():
    with_note = book(new_markdown_cell("A note."), CODE)
    assert digest_of(book(CODE)) != digest_of(with_note)
    assert digest_of(with_note) == digest_of(book(new_markdown_cell("Another note."), CODE))
    assert digest_of(book(CODE)) != digest_of(book(new_markdown_cell("x = 1")))


def test_nothing_is_kept_beyond_the_block():
    with ahead(lambda notebook: marks("a")) as put:
        put(book(CODE))
    assert take(book(CODE)) is None
