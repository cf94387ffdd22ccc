"""What is taken from a stranger's notebook, what is left of it, and that marks do not change."""

import base64
import copy
import io
import random
import time
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from PIL import Image

pytest.importorskip("nbgrader")

from nbconvert.filters import ansi2html, markdown2html
from nbgrader.utils import determine_grade

from autograder.content import lessons
from autograder.grading import harmless, sanitizing
from autograder.grading.feedback_page import Formulas
from autograder.grading.harmless import (
    clean_html,
    cut,
    picture,
    plain_text,
    safe_markdown,
    tex,
)
from autograder.grading.records import ExerciseRecord, SubmissionRecord
from autograder.grading.report import write_class_page
from autograder.grading.sanitizing import LARGEST_OUTPUTS, TOO_MUCH, sanitize_notebook


def image(kind: str, size: tuple[int, int] = (2, 2)) -> str:
    file = io.BytesIO()
    Image.new("RGB", size).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


def cleaned(*outputs: dict[str, Any]) -> list[Any]:
    cell = new_code_cell(outputs=[nbformat.from_dict(output) for output in outputs])
    notebook = new_notebook(cells=[cell])
    sanitize_notebook(notebook)
    nbformat.validate(notebook)
    return notebook.cells[0].outputs


def display(**data: str) -> dict[str, Any]:
    bundle = {name.replace("_", "/"): value for name, value in data.items()}
    return {"output_type": "display_data", "data": bundle, "metadata": {}}


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def error(*lines: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": "E", "evalue": "e", "traceback": list(lines)}


def result(value: str) -> dict[str, Any]:
    data = {"text/plain": value}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}


# Text.


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("plain\n\ttext é ☃ 👩‍🔬", "plain\n\ttext é ☃ 👩‍🔬"),
        ("\x1b[1;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m"),
        ("\x1b[m\x1b[38;5;9mA\x1b[48;2;1;2;3mB", "\x1b[m\x1b[38;5;9mA\x1b[48;2;1;2;3mB"),
        ("\x1b[38mA\x1b[1;48mB\x1b[38;5mC\x1b[38;2;1;2mD", "ABCD"),
        ("a\x1b[2Jb\x1b[10;10Hc\x1b[?25ld\x1b[Ke", "abcde"),
        ("\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
        ("\x1bPdevice\x1b\\a\x1bcb\x1b(Bc\x1b", "abc"),
        ("a\x00\x07\x08\x7f\x85\x9b\u202eb", "ab"),
        ("  0%\r 50%\r100%\ndone\r\n", "100%\ndone\n"),
        ("long line\rshort", "shortline"),
        ("kept\r", "kept"),
        ("half \ud83d of one", "half ? of one"),
    ],
)
def test_text_keeps_words_and_colours(text, left):
    assert plain_text(text) == left


@given(st.text(st.sampled_from("\x1b[]mPX^_;:0123458Hh\\\x07\x00\r\n a<>"), max_size=60))
def test_any_text_can_be_shown_and_is_clean_at_once(text):
    once = plain_text(text)
    assert plain_text(once) == once
    ansi2html(once)


def test_many_colours_cost_no_time():
    text = plain_text("\x1b[1mx" * 20_000)
    start = time.perf_counter()
    ansi2html(text)
    assert time.perf_counter() - start < 2.0


def test_a_long_text_says_how_much_is_missing():
    assert cut("abc", 3) == "abc"
    long = cut("a" * 5_000, 1_000)
    assert len(long) <= 1_000
    assert long.endswith("[4,200 more characters are left out here.]")
    assert cut(long, 1_000) == long


# HTML.

REL = 'rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("<b>a</b><i>b</i><br><hr>", "<b>a</b><i>b</i><br><hr>"),
        ("a<script>alert(1)</script>b<style>c{}</style>", "ab"),
        ("<T>a</T> < b & c", "a &lt; b &amp; c"),
        ('<p style="color: #fff; position: fixed">a</p>', '<p style="color:#fff">a</p>'),
        ('<p style="color: red; background: url(x)">a</p>', "<p>a</p>"),
        ('<p style="background-color: expression(1)">a</p>', "<p>a</p>"),
        ('<td colspan="2" rowspan="x">a</td>', "a"),
        ('<p class="navbar" id="score" data-link="x" onclick="y">a</p>', "<p>a</p>"),
        ('<img src="https://a.example" alt="b">', '<img alt="b">'),
        ("\\&#104;ref{a}", "href{a}"),
        ('<a href="MAILTO:a@b.example">a</a>', f'<a href="MAILTO:a@b.example" {REL}>a</a>'),
        ('<a href="//a.example/">a</a>', f"<a {REL}>a</a>"),
    ],
)  # fmt: skip
def test_html_keeps_what_is_on_the_list(source, left):
    assert clean_html(source) == left
    assert clean_html(left) == left


@pytest.mark.parametrize("source", ["<div>", "<b>", "<table>", "<p title=a>", "<b title={}><p>"])
def test_deep_html_is_shown_as_text_and_costs_no_time(source):
    start = time.perf_counter()
    left = clean_html("".join(source.format(n) for n in range(50_000)))
    assert time.perf_counter() - start < 2.0
    assert left.startswith("&lt;")


# Pictures.


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_a_picture_is_what_it_says(kind):
    data = image(kind)
    assert picture(f"image/{kind.lower()}", data + "\n") == data
    others = {"image/png", "image/jpeg", "image/gif"} - {f"image/{kind.lower()}"}
    assert {picture(other, data) for other in others} == {None}


NO_PICTURES = ("", "x", "AAAA", '" onload="a', None, 3, "A" * 9_000_000, image("PNG")[:40])


@pytest.mark.parametrize("data", [*NO_PICTURES, image("PNG", (9_000, 9_000))], ids=range(9))
def test_what_is_no_picture_is_not_shown(data):
    assert picture("image/png", data) is None
    assert picture("image/svg+xml", data) is None


# TeX.


def test_a_formula_keeps_to_itself():
    harmful = r"\href{a}{b}\style{c}{d}\class{e}{f}\unicode{1}\require{g}\cssId{h}{i}\bbox[j]{k}"
    assert "\\" not in tex(harmful)
    assert tex(r"a\\href{b}\\\href{c}") == "ahref{b}href{c}"
    honest = r"\displaystyle\textstyle\hat{x}\classical\mathbb{R}\frac12\newcommand{\a}{b}\def\c{d}"
    assert tex(honest) == honest


FORMULAS = (
    "<script>alert(1)</script>", r"\text{<img src=x onerror=a>}", r'\color{red" onload="a}x', "a<b",
    r"\href{javascript:a}{x}", r"\tag{<b>}", r"\mbox{<b>}", r'\label{"><b>}', "&lt;b",
)  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_formula_becomes_html(formula):
    shown = Formulas().html(formula, f"${formula}$", display=False)
    for part in ("<script", "<img", "<b>", 'onload="', 'href="'):
        assert part not in shown


# Markdown.


def test_our_own_lessons_are_left_as_they_are():
    cells = 0
    for lesson in lessons():
        for path in (lesson.release, lesson.solved):
            notebook = nbformat.read(path, as_version=4)
            before = copy.deepcopy(notebook)
            sanitize_notebook(notebook)
            for was, now in zip(before.cells, notebook.cells, strict=True):
                # The solved notebook's markers are comments: a page that hides nothing shows them.
                assert was.source.replace("<!--", "&lt;!--") == now.source.replace(
                    "<!--", "&lt;!--"
                )
                assert was.metadata == now.metadata
                cells += 1
    assert cells > 50


FRAGMENTS = (
    "<b>", "</b>", "<T>", "<img src=x onerror=a>", "<script>", "</script>", "<!--", "-->", "<br/>",
    "`", "``", "```", "~~~\n", "$", "$$", "\\", "\\(", "\\[", "\\begin{a}", "\\end{a}", "\\href{a}",
    "[x](javascript:a)", "[x]: javascript:a", "![x](y)", "](", "[", "]", "(", ")", "<javascript:a>",
    "\n", "\n\n", "    ", "\t", "- ", "> ", "# ", "|", "|-|-|\n", "word", " a < b ", "&lt;",
    "&#60;", "*", "**", "<details>", "<p>", "<pre>", "</pre>", "https://a.example", "mermaid",
    "<a href=x>",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join))
def test_any_markdown_becomes_harmless_and_stays_so(source):
    left = safe_markdown(source, {})
    assert safe_markdown(left, {}) == left
    page = markdown2html(left).lower()
    assert not any(
        part in page for part in ("<img", "<script", "<!--", 'javascript:a"', "<a href=x")
    )
    assert left == source or left.count("word") >= source.count("word")


def test_what_stops_a_parser_does_not_stop_a_page():
    left = safe_markdown("```mermaid\n<![x](y)<![CDATA[ word", {})
    assert "word" in left
    assert harmless._is_harmless(left, {})


def test_what_resists_is_shown_letter_by_letter():
    source = "*a* <b x>" + "[" * 2_000 + "$\\href{x}$</pre><img src=x onerror=a>"
    left = safe_markdown(source, {})
    assert left.startswith("<pre>*a* &lt;b x&gt;[[[")
    assert "<img" not in left
    assert harmless._is_harmless(left, {})
    assert safe_markdown(left, {}) == left


@pytest.mark.parametrize(
    "part", ["[", "![", "\\begin{a}", "<!--", "[a](", "<![CDATA[", "**a ", "> "]
)
def test_tangled_markdown_costs_no_time(part):
    start = time.perf_counter()
    safe_markdown(part * 20_000, {})
    assert time.perf_counter() - start < 5.0


# Notebooks.


def test_what_is_not_shown_is_named():
    (output,) = cleaned(display(application_json="x", image_svg="y"))
    assert output.data == {"text/plain": "[Not shown here: application/json, image/svg]"}
    (output,) = cleaned(display(text_html="<script>a</script> <p></p>", text_plain="Plot()"))
    assert output.data == {"text/plain": "Plot()"}


def test_outputs_together_have_a_limit_and_say_so():
    outputs = cleaned(*(stream("x" * 90_000) for _ in range(100)))
    assert outputs[-1].text == TOO_MUCH
    assert LARGEST_OUTPUTS * 0.9 < sum(len(output.text) for output in outputs) < LARGEST_OUTPUTS
    assert cleaned(*outputs) == outputs


def test_a_long_traceback_keeps_its_beginning_and_its_end():
    (output,) = cleaned(error(*(f"line {n}" for n in range(2_000))))
    assert output.traceback[0] == "line 0"
    assert output.traceback[-1] == "line 1999"
    assert len(output.traceback) <= 300


@pytest.mark.parametrize(
    "outputs",
    [
        [],
        [stream("all is well"), result("0.5")],
        [result("0.5"), stream("a warning", "stderr")],
        [stream("x" * 90_000)] * 80 + [stream("a warning", "stderr")],
        [stream("x" * 90_000)] * 80 + [error("E: e")],
        [stream("x" * 90_000)] * 80 + [result("0.5"), error("E: e")],
        [display(text_html="<b>" * 100_000)] * 40 + [error(*["x" * 90_000] * 100)],
        [display(application_x="x" * 2_000)] * 3_000 + [stream("y", "stderr")] * 2,
        [result("2"), display(text_plain="x" * 6_000_000)],
    ],
    ids=range(9),
)
def test_a_mark_is_the_same_before_and_after(outputs):
    cell = new_code_cell(outputs=[nbformat.from_dict(output) for output in outputs])
    cell.metadata.nbgrader = nbformat.from_dict({"grade": True, "solution": False, "points": 2})
    before = determine_grade(cell)
    sanitize_notebook(new_notebook(cells=[cell]))
    assert determine_grade(cell) == before
    assert len(str(cell.outputs)) < LARGEST_OUTPUTS * 1.2


def test_random_outputs_never_change_a_mark():
    draw = random.Random(0)
    kinds = (stream("x" * 60_000), stream("y", "stderr"), error("z" * 60_000), result("1.5"))
    for _ in range(30):
        outputs = draw.choices(kinds, weights=(200, 1, 1, 1), k=120)
        cell = new_code_cell(outputs=[nbformat.from_dict(output) for output in outputs])
        cell.metadata.nbgrader = nbformat.from_dict({"grade": True, "solution": False, "points": 2})
        before = determine_grade(cell)
        sanitize_notebook(new_notebook(cells=[cell]))
        assert determine_grade(cell) == before


def test_what_the_course_wrote_stays():
    verdict = {"exercise": "a", "passed": True, "message": "<b>", "numbers": {"seed": 1}}
    cell = new_code_cell("check()", metadata={"icl_course": {"kind": "check", "verdict": verdict}})
    cell.metadata.tags = ["skip-execution"]
    notebook = new_notebook(cells=[cell], metadata={"icl_course": {"notes": ["<b>"]}})
    before = copy.deepcopy(notebook)
    sanitize_notebook(notebook)
    assert notebook == before


def test_attachments_keep_pictures_and_get_plain_names():
    png = image("PNG")
    cell = new_markdown_cell("![a](<attachment:b c.png>) ![d](attachment:e.svg) ![f](attachment:g)")
    cell.attachments = nbformat.from_dict(
        {"b c.png": {"image/png": png}, "e.svg": {"image/svg+xml": "x"}, "g": {"image/jpeg": png}}
    )
    sanitize_notebook(new_notebook(cells=[cell]))
    assert cell.attachments == {"picture-0.png": {"image/png": png}}
    assert "![a](attachment:picture-0.png)" in cell.source
    assert "attachment:e.svg" in cell.source
    assert markdown_page(cell).count("<img") == 1


def markdown_page(cell) -> str:
    renderer = harmless._Recorder(cell.attachments)
    return str(harmless.MarkdownWithMath(renderer=renderer).render(cell.source))


def test_raw_cells_and_foreign_metadata_are_cleaned():
    raw = new_raw_cell("<script>alert(1)</script>a < b <b>c</b>")
    notebook = new_notebook(cells=[raw])
    notebook.metadata.update(nbformat.from_dict({"widgets": {}, "language_info": {"name": 3}}))
    sanitize_notebook(notebook)
    assert raw.source == "a &lt; b <b>c</b>"
    assert notebook.metadata == {}


def test_a_whole_lesson_takes_milliseconds():
    """About 50 ms for the first learner of a class; the bound is for a busy machine."""
    lesson = next(lesson for lesson in lessons() if lesson.solved.exists())
    notebook = nbformat.read(lesson.solved, as_version=4)
    sanitize_notebook(copy.deepcopy(notebook))
    start = time.perf_counter()
    sanitizing.sanitize_notebook(notebook)
    assert time.perf_counter() - start < 1.0


# The class page.

HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '" onmouseover="alert(1)',
    "' onload='alert(1)", "</pre></details><svg onload=alert(1)>", "{{ 7919 * 7907 }}{% raw %}",
    "javascript:alert(1)", "&lt;b&gt;<b>", "\x1b]0;x\x07\x00",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_the_class_page_shows_hostile_text_as_text(text, tmp_path):
    answer = ExerciseRecord(text, False, 0.0, 2, text, text)
    record = SubmissionRecord(text, "02", text, 0.0, 2, (answer,), (), (text,))
    lesson = next(iter(lessons()))
    page = write_class_page(lesson, [record], tmp_path / "page.html").read_text("utf-8")
    body = page.split("</head>")[1]
    for part in ("<script", "<img", "<svg", "<b>al", ' onmouseover="', " onload='", "62615533"):
        assert part not in body
    assert body.count("<details>") == body.count("</details>") == 1
    assert "default-src 'none'" in page
