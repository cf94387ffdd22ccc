"""The page that nbgrader's feedback is written on: it loads nothing and runs nothing.

Formulas are set in MathML, which browsers draw by themselves. nbgrader's own page fetches MathJax
from a server, and a page that may run MathJax may run a learner's scripts too.
"""

import functools
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from jinja2 import BytecodeCache, Environment, pass_context
from jinja2.bccache import Bucket
from math_core import LatexError, LatexToMathML
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat.notebooknode import NotebookNode

from autograder.grading.harmless import LONGEST_TEXT, cut

TEMPLATES = Path(__file__).with_name("templates")
TEMPLATE = "feedback_page"

_FORMULA = re.compile(
    r"\$\$(?P<display>.+?)\$\$|\\\[(?P<bracket>.+?)\\\]|(?<![\\$])\$(?P<inline>[^$]+)\$"
    r"|\\\((?P<round>.+?)\\\)|(?P<environment>\\begin\{(?P<name>[a-z]+\*?)\}.+?\\end\{(?P=name)\})",
    re.DOTALL,
)

_NUMBERED = re.compile(
    r"\\begin\{(?:equation|align|alignat|gather|multline|eqnarray)\}|\\(?:tag|label|ref|eqref)\b"
)

_NOT_DESCRIBED = re.compile(r"<img (?![^>]*\balt=)")


class FeedbackExporter(HTMLExporter):
    """Writes nbgrader's feedback page with formulas in it, and without scripts."""

    extra_template_basedirs: Any
    extra_template_paths: Any

    def __init__(self, **options: Any) -> None:
        """Take the template that stands on nbgrader's own, which GenerateFeedback has named."""
        super().__init__(**options)
        theirs: list[str] = list(self.extra_template_basedirs)
        self.extra_template_basedirs = [str(TEMPLATES), *theirs]
        self.extra_template_paths = list(self.extra_template_paths) + theirs
        self.template_name = TEMPLATE
        self.template_paths = self._template_paths()

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert a notebook; its equations are numbered from 1.

        HTMLExporter goes through the finished page once more, to describe pictures that nobody
        described. That takes three times as long as writing it, and is done here by a pattern.
        """
        self._formulas = Formulas()
        lexer = nb.metadata.get("language_info", {}).get("pygments_lexer")
        resources = self._init_resources(resources)
        self.register_filter("highlight_code", functools.partial(_highlighted, lexer or "ipython3"))
        types = WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=resources
        )
        self.register_filter("filter_data_type", types)
        page, resources = TemplateExporter.from_notebook_node(self, nb, resources, **options)
        return _NOT_DESCRIBED.sub('<img alt="A picture without a description" ', page), resources

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        environment.bytecode_cache = _Compiled()
        return environment

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """Yield nbconvert's filters, and one for outputs in TeX."""
        yield from super().default_filters()
        yield "latex2html", self.latex2html

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Render Markdown as nbconvert does, with MathML for formulas."""
        attachments = context.get("cell", {}).get("attachments", {})
        if attachments or _NUMBERED.search(source):
            return _rendered(source, self._formulas, attachments)
        return _same_for_all(source)

    def latex2html(self, source: str) -> str:
        """Render a text with formulas between dollar signs or brackets, as sympy displays them."""
        done, parts = 0, []
        for match in _FORMULA.finditer(source):
            found = match.groupdict()
            inline = found["inline"] or found["round"]
            displayed = found["display"] or found["bracket"] or found["environment"]
            parts += [
                html.escape(source[done : match.start()]),
                self._formulas.html(inline or displayed, match[0], display=not inline),
            ]
            done = match.end()
        return "".join([*parts, html.escape(source[done:])])


def _rendered(source: str, formulas: "Formulas", attachments: dict[str, Any]) -> str:
    return str(MarkdownWithMath(renderer=_Renderer(formulas, attachments)).render(source))


@functools.lru_cache(maxsize=1024)
def _same_for_all(source: str) -> str:
    """Render a text that refers to nothing outside it: the lesson's own, once for a class."""
    return _rendered(source, Formulas(), {})


def _highlighted(lexer: str, source: str, metadata: dict[str, Any] | None = None) -> str:
    source = cut(source, LONGEST_TEXT)  # a page of millions of coloured characters takes minutes
    if (metadata or {}).keys() & {"magics_language"}:
        return str(Highlight2HTML(pygments_lexer=lexer)(source, metadata=metadata))
    return _same_code(lexer, source)


@functools.lru_cache(maxsize=1024)
def _same_code(lexer: str, source: str) -> str:
    """Highlight code: the lesson's own, once for a class."""
    return str(Highlight2HTML(pygments_lexer=lexer)(source))


class _Compiled(BytecodeCache):
    """Keeps compiled templates from one page of a class to the next: a third of a page's time."""

    kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


class Formulas:
    """Sets the formulas of one page."""

    def __init__(self) -> None:
        """Begin a page: its first equation with a number has number 1."""
        macros = {"hbox": r"\text{#1}", "mbox": r"\text{#1}"}
        self._converter = LatexToMathML(macros=macros, fancy_error=False)

    def html(self, formula: str, written: str, *, display: bool) -> str:
        """Return MathML for a formula, or the formula as it was written if it is not understood.

        Arguments:
            formula: without its delimiters.
            written: with them.
            display: whether it stands on a line of its own.
        """
        try:
            return self._converter.convert_with_global_state(formula, displaystyle=display)
        except LatexError:
            return f"<code>{html.escape(written)}</code>"


class _Renderer(IPythonRenderer):
    def __init__(self, formulas: Formulas, attachments: dict[str, Any]) -> None:
        super().__init__(escape=False, attachments=attachments, exclude_anchor_links=True)
        self._formulas = formulas

    def block_math(self, body: str) -> str:
        return self._formulas.html(body, f"$${body}$$", display=True)

    def inline_math(self, body: str) -> str:
        return self._formulas.html(body, f"${body}$", display=False)

    def latex_environment(self, name: str, body: str) -> str:
        written = rf"\begin{{{name}}}{body}\end{{{name}}}"
        return self._formulas.html(written, written, display=True)
