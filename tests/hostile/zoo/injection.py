"""HTML, scripts, TeX and terminal codes on their way into feedback, class page and formgrader."""

import base64
import copy
import json
from collections.abc import Callable

import nbformat
from nbformat.notebooknode import NotebookNode

from .case import Build, Cases, cell_of

CASES = Cases("injection")

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(2)</script></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='  java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<iframe src='https://evil.example/'></iframe><iframe srcdoc='<script>alert(1)</script>'>",
    "<object data='data:text/html,<script>alert(1)</script>'></object><embed src=//evil.example>",
    "<form action=https://evil.example><input name=x autofocus onfocus=alert(1)><button>x</button>",
    "<base href='https://evil.example/'><meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=https://evil.example/x.css><style>@import '//evil.example';</style>",
    "</pre></div></body></html><script>alert(1)</script>",
    "</title></textarea></style></noscript></script><script>alert(1)</script>",
    "<math><mtext><table><mglyph><style><!--</style>"
    "<img title='--&gt;<img src=x onerror=alert(1)>'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<div style='background:url(https://evil.example/x)'>x</div>",
    "<div style='position:fixed;top:0;left:0;width:100%;height:100%;z-index:9999'>16 of 16</div>",
    "<video src=https://evil.example/v poster=https://evil.example/p onerror=alert(1)></video>",
    "<img src=https://evil.example/pixel.png srcset='https://evil.example/2x.png 2x'>",
    "<details open ontoggle=alert(1)>x</details><marquee onstart=alert(1)>x</marquee>",
    "<template><script>alert(1)</script></template><xmp><script>alert(1)</script></xmp>",
    "<audio src onerror=alert(1)><body onload=alert(1)><input type=image src onerror=alert(1)>",
    "{{ 7*7 }}{% raw %}{% include '/etc/passwd' %}${alert(1)}<%= 7*7 %>",
    r"$\href{javascript:alert(1)}{x}$ \(\href{javascript:alert(1)}{y}\) $$\require{html}$$",
    r"$$\cssId{a}{x}\class{b}{y}\style{position:fixed}{z}$$ \begin{a}\href{javascript:a}",
    "<script src=https://evil.example/x.js></script><script type=module>import 'x'</script>",
    "<a href=data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==>x</a>",
    "<a href=vbscript:x>x</a><img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "\x1b]8;;javascript:alert(1)\x07x\x1b]8;;\x07\x1b[31m<script>alert(1)</script>\x1b[0m",
    "<!--><script>alert(1)</script>--><![CDATA[<script>alert(1)</script>]]><?xml x?>",
    "<ScRiPt/x>alert(1)</sCrIpT\t\n x><scr<script>ipt>alert(1)</scr</script>ipt>",
    "\x00<\x00script>alert(1)</script>\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
)
ALL_OF_IT = "\n\n".join(PAYLOADS)

MARKDOWN = r"""
[a](javascript:alert(1)) [b]( java&#x0A;script:alert(1)) [c][d] <javascript:alert(1)>

[d]: javascript:alert(1) "x"

![e](javascript:alert(1)) ![f](https://evil.example/pixel.png) ![g][h]

[h]: https://evil.example/pixel.png
[i](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==) [j](vbscript:x)
[k](files/javascript:alert(1)) [l](https://x" onmouseover="alert(1))
![m](x"onerror="alert(1)) <https://evil.example" onclick="alert(1)>

```mermaid
graph TD
A-->B
click A "javascript:alert(1)"
```

```html
<script>alert(1)</script>
```

```{=html}"><script>alert(1)</script>
x
```

| a | b |
|---|---|
| <img src=x onerror=alert(1)> | `</code><script>alert(1)</script>` |

$\href{javascript:alert(1)}{x}$ and $$</script><script>alert(1)</script>$$

<div markdown="1" onclick=alert(1)>*x*</div>
"""


def written(text: str, attachments: dict[str, dict[str, str]] | None = None) -> Build:
    """Hand in this written answer."""

    def build(release: NotebookNode, right: NotebookNode) -> NotebookNode:
        cell = cell_of(release, "question-what-changed")
        cell.source += "\n\n" + text
        if attachments:
            cell.attachments = nbformat.from_dict(attachments)
        return release

    return build


def changed(change: Callable[[NotebookNode], None]) -> Build:
    """Change the empty release."""

    def build(release: NotebookNode, right: NotebookNode) -> NotebookNode:
        change(release)
        return release

    return build


def shows(name: str, attack: str, kind: str, data: object, metadata: object = None) -> None:
    """Add a case that displays one kind of data, as a display, as a result, in an answer."""
    CASES.code(
        name,
        attack,
        f"""
from IPython.display import display
data, metadata = {data!r}, {metadata or {}!r}
for one in data if isinstance(data, (list, tuple)) else [data]:
    display({{{kind!r}: one, "text/plain": "x"}}, metadata, raw=True)
class Shown:
    def _repr_mimebundle_(self, **kwargs):
        return {{{kind!r}: data if isinstance(data, str) else data[0], "text/plain": "x"}}, metadata
tried()
Shown()
""",
    )


shows("shows-html", "Displays HTML with scripts in every way.", "text/html", PAYLOADS)
shows("shows-javascript", "Displays JavaScript.", "application/javascript", "alert(1)")
shows("shows-ecmascript", "Displays JavaScript by another name.", "text/javascript", "alert(1)")
shows(
    "shows-svg",
    "Displays SVG with scripts, links and pictures from elsewhere.",
    "image/svg+xml",
    (
        "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>",
        "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'/></foreignObject></svg>",
        "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
        "<svg><image href='https://evil.example/x.png'/><use href='https://evil.example/x#y'/></svg>",
        "<svg><set attributeName='onmouseover' to='alert(1)'/><animate onbegin='alert(1)'/></svg>",
        "--><script>alert(1)</script>",
    ),
)
shows(
    "shows-latex",
    "Displays LaTeX whose links are scripts.",
    "text/latex",
    (
        r"$\href{javascript:alert(1)}{x}$",
        r"$$\require{html}\cssId{x}{y}\href{javascript:alert(1)}{z}$$",
        "$</script><script>alert(1)</script>$",
        "<img src=x onerror=alert(1)>",
        r"\begin{equation}\unicode{x}\style{background:url(//evil.example)}{x}\end{equation}",
    ),
)
shows("shows-markdown", "Displays Markdown with HTML.", "text/markdown", (MARKDOWN, ALL_OF_IT))
shows(
    "shows-picture",
    "Displays pictures whose data, sizes and names end their attribute.",
    "image/png",
    ('x" onerror="alert(1)', '"><script>alert(1)</script>', "AAAA'onerror='alert(1)"),
    {"image/png": {"width": '1" onload="alert(1)', "height": "2", "alt": '"><script>x</script>'},
     "width": '"><script>alert(1)</script>', "filenames": {"image/png": "javascript:alert(1)"}},
)  # fmt: skip
shows(
    "shows-jpeg-is-html",
    "Displays HTML that says it is a JPEG, in base64.",
    "image/jpeg",
    base64.b64encode(b"<script>alert(1)</script>").decode(),
)
shows(
    "shows-widget",
    "Displays a widget whose description holds scripts.",
    "application/vnd.jupyter.widget-view+json",
    (json.dumps({"model_id": "</script><script>alert(1)</script>"}),),
)
shows(
    "shows-plotly",
    "Displays data for viewers that load scripts: plotly, vega, bokeh, geojson.",
    "application/vnd.plotly.v1+json",
    ('{"data": [], "layout": {"title": "<script>alert(1)</script>"}}',),
)
shows(
    "shows-own-kind",
    "Displays kinds whose name is HTML.",
    'text/html"><script>alert(1)</script>',
    ("<script>alert(1)</script>",),
)
shows("shows-pdf", "Displays a PDF and a video from elsewhere.", "application/pdf", ("JVBERi0x",))

CASES.code(
    "printed",
    "Prints HTML and terminal codes, to both streams, and logs them.",
    f"""
    import logging, warnings
    text = {ALL_OF_IT!r}
    print(text)
    print(text, file=sys.stderr)
    logging.warning(text)
    warnings.warn(text)
    tried()
    text
    """,
)
CASES.code(
    "exceptions",
    "Raises exceptions whose text, name, notes and traceback hold HTML.",
    f"""
    text = {ALL_OF_IT!r}
    tried()
    kind = type("<script>alert(1)</script>", (Exception,), {{}})
    error = kind(text)
    error.add_note(text)
    raise error
    """,
    answers={
        "target-shift": f"def target_shift(*given):\n    raise ValueError({ALL_OF_IT!r})",
        "linear-attention": "def linear_attention(*given):\n"
        "    raise type('<img src=x onerror=alert(1)>', (Exception,), {})('x')",
        "gd-weights": "def gd_weights(*given):\n"
        "    exec(compile('1/0', '<script>alert(1)</script>', 'exec'))",
        "gd-weights-w0": "def gd_weights_w0(*given):\n"
        "    return type('<script>alert(1)</script>', (), {'shape': ['<b>', '<i>']})()",
        "multi-output": "def multi_output_weights(*given):\n"
        "    raise NotImplementedError('</pre><script>alert(1)</script>')",
        "largest-deviation": "def largest_deviation(*given):\n"
        "    return '<script>alert(1)</script>'",
    },
)
CASES.code(
    "traceback-renderer",
    "Raises an exception that renders its own traceback, as HTML and terminal links.",
    f"""
    class Rendered(Exception):
        def _render_traceback_(self):
            return [{PAYLOADS[0]!r}, {PAYLOADS[29]!r}, "</pre>" + {PAYLOADS[1]!r}]
    tried()
    raise Rendered
    """,
    answers={
        "target-shift": "def target_shift(*given):\n    raise Rendered('<script>x</script>')",
    },
)
CASES.code(
    "code-comments",
    "Writes HTML into the source of solution cells and of own cells, which the page shows.",
    "tried()\n# " + ALL_OF_IT.replace("\n", "\n# ").replace("\x00", ""),
    answers={
        "target-shift": f"target_shift = {ALL_OF_IT!r}\n# </pre><script>alert(1)</script>",
        "gd-weights": "# <script>alert(1)</script>\n"
        "'''</code></pre><img src=x onerror=alert(1)>'''",
    },
)
CASES.code(
    "syntax-errors",
    "Writes syntax errors whose line, which a message quotes, is HTML.",
    answers={
        "target-shift": "</pre><script>alert(1)</script>",
        "linear-attention": "def linear_attention(<img src=x onerror=alert(1)>):\n    pass",
        "gd-weights": "%%html\n<script>alert(1)</script>",
        "gd-weights-w0": "%%javascript\nalert(1)",
        "multi-output": "%%svg\n<svg onload=alert(1)></svg>",
        "largest-deviation": "%%markdown\n<img src=x onerror=alert(1)>",
        "same-function-other-weights": "%%latex\n$\\href{javascript:alert(1)}{x}$",
    },
)
CASES.add("written-html", "The written answer holds HTML.", written(ALL_OF_IT))
CASES.add("written-markdown", "The written answer holds Markdown links.", written(MARKDOWN))
CASES.add(
    "written-one-by-one",
    "The written answer holds each piece of HTML in a list, in a quotation and in a table.",
    written(
        "\n".join(f"- {p}\n\n> {p}\n\n| a |\n|---|\n| {p} |\n" for p in PAYLOADS).replace(
            "\x00", ""
        )
    ),
)
CASES.add(
    "attachments",
    "Attached pictures have names and kinds that end their attribute.",
    written(
        '![x](attachment:a" onerror="alert(1)) ![y](attachment:x.svg) ![z](attachment:b)',
        {
            'a" onerror="alert(1)': {"image/png": 'AAAA" onerror="alert(1)'},
            "x.svg": {"image/svg+xml": "<svg onload=alert(1)>"},
            "b": {'image/png"><script>alert(1)</script>': "AAAA", "image/png": "AAAA"},
            "<script>alert(1)</script>": {"image/gif": "</script><script>alert(1)</script>"},
        },
    ),
)


def _titles(notebook: NotebookNode) -> None:
    notebook.metadata.title = "</title><script>alert(1)</script>"
    notebook.metadata.authors = [{"name": "<script>alert(1)</script>"}]
    notebook.metadata.language_info = nbformat.from_dict(
        {"name": '"><script>alert(1)</script>', "pygments_lexer": "<script>alert(1)</script>"}
    )
    notebook.metadata.widgets = nbformat.from_dict(
        {"application/vnd.jupyter.widget-state+json": {"state": {"</script>": {}}}}
    )
    for cell in notebook.cells:
        cell.metadata.name = cell.metadata.title = "<script>alert(1)</script>"
        cell.metadata.tags = ['x"><script>alert(1)</script>']
        cell.metadata.slideshow = nbformat.from_dict({"slide_type": "<script>"})


def _version(notebook: NotebookNode) -> None:
    notebook.metadata.icl_course.version = "<svg onload=alert()>"


def _lesson(notebook: NotebookNode) -> None:
    notebook.metadata.icl_course.lesson = "<svg onload=alert()>"


def _ids(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        cell.id = f'x"onclick="alert({number})'


def _own_text(notebook: NotebookNode) -> None:
    """Put HTML into text cells of the learner's own, before and after the question."""
    for place in (0, 5, len(notebook.cells) - 1, len(notebook.cells)):
        notebook.cells.insert(place, nbformat.v4.new_markdown_cell(ALL_OF_IT))
        notebook.cells.insert(place, nbformat.v4.new_raw_cell("<script>alert(1)</script>"))


def _below(notebook: NotebookNode) -> None:
    """Write the answer below its cell, from where it is put in."""
    at = [cell.id for cell in notebook.cells].index("question-what-changed")
    notebook.cells.insert(at + 1, nbformat.v4.new_markdown_cell(MARKDOWN + ALL_OF_IT))


def _outputs(notebook: NotebookNode) -> None:
    """Hand in outputs, as if cells had made them."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [
                nbformat.v4.new_output("display_data", data={"text/html": ALL_OF_IT}),
                nbformat.v4.new_output("stream", text="</pre><script>alert(1)</script>"),
            ]


def _given(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "cell-08")
    copied = copy.deepcopy(cell)
    copied.source, cell.source = "# <script>alert(1)</script>", "`<script>alert(1)</script>` = 1"
    notebook.cells.append(copied)


def _predict(notebook: NotebookNode) -> None:
    cell_of(
        notebook, "predict-query-as-key"
    ).source = 'predict("query-as-key", choice="<script>alert(1)</script>")'


for name, attack, change in (
    ("titles", "Titles, names, tags and languages in the metadata hold HTML.", _titles),
    ("version", "The course's version, which a note quotes, is HTML.", _version),
    ("lesson", "The lesson's number, which a note quotes, is HTML.", _lesson),
    ("ids", "Cells' ids end their attribute.", _ids),
    ("own-text", "Text cells of the learner's own hold HTML.", _own_text),
    ("text-below", "The written answer stands in a cell below, with HTML.", _below),
    ("outputs", "Outputs that were handed in hold HTML.", _outputs),
    ("given-changed", "Given cells are changed into HTML.", _given),
    ("choice", "The choice of the prediction is HTML.", _predict),
):
    CASES.add(f"in-{name}", attack, changed(change))
