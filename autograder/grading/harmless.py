"""Text, HTML, TeX and Markdown of a stranger's, made safe to show on a page.

nbconvert cleans HTML with bleach, which is maintained no more and loses tables' headings, styles
and pictures. Here nh3 does it: it reads HTML as browsers do, and keeps what is on a list. Nothing
else decides what HTML is safe, for Markdown either: that is rendered as nbconvert will render it,
and if nh3 would take anything from the result, then the source is changed until it would not.
"""

import base64
import binascii
import functools
import html
import io
import re
import warnings
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.filters.strings import strip_files_prefix
from PIL import Image

LONGEST_TEXT = 100_000
"""Characters of one text. nbgrader by itself cuts after a thousand lines."""

LONGEST_ANSWER = 20_000
"""Characters of one Markdown text; a long answer has three thousand."""

LARGEST_PICTURE = 8_000_000
"""Characters of one picture in base64, as large as a photograph."""

MOST_PIXELS = 50_000_000

PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF"}

_MOST_COLOURS = 4_000
_DEEPEST = 200
_ROOM_FOR_NOTE = 200

# Text.

_CODE = r"(?:[34]8;5;\d{1,3}|[34]8;2;\d{1,3};\d{1,3};\d{1,3}|(?![34]8(?!\d))\d{1,3})"
# 38 and 48 without the colour that must follow them would end nbconvert in an IndexError.
_COLOUR = re.compile(rf"\x1b\[(?:{_CODE}(?:;{_CODE})*)?m")
_ESCAPE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # cursor, screen, colours
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # titles, links, device strings
    r"|\x1b[ -/]*[0-~]?"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def plain_text(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text for a `pre` element: line ends, tabs, colours, and no other control character.

    A line that was overwritten, as progress bars do, is left as a terminal shows it.
    """
    text = cut(encodable(text), longest)
    if "\r" in text:
        text = "\n".join(_overwritten(line) for line in text.split("\n"))
    if "\x1b" in text:
        parts = [_ESCAPE.sub("", part) for part in _COLOUR.split(text)]
        colours = _COLOUR.findall(text)
        if len(colours) > _MOST_COLOURS:  # each costs nbconvert a copy of all that follows
            colours = [""] * len(colours)
        text = parts[0] + "".join(c + part for c, part in zip(colours, parts[1:], strict=True))
    # An escape character that begins no colour is gone by now.
    return _CONTROL.sub("", text)


def encodable(text: str) -> str:
    """Return a text that can be written to a file: without half of a surrogate pair."""
    return text.encode("utf-8", "replace").decode("utf-8")


def cut(text: str, longest: int) -> str:
    """Return a text of at most `longest` characters, which says so if there were more."""
    if len(text) <= longest:
        return text
    kept = longest - _ROOM_FOR_NOTE
    return f"{text[:kept]}\n[{len(text) - kept:,} more characters are left out here.]"


def _overwritten(line: str) -> str:
    shown = ""
    for part in line.split("\r"):
        # What stands in a column can be told only where every character is one column.
        shown = (part or shown) if "\x1b" in line else part + shown[len(part) :]
    return shown


# HTML.

_TAG_NAMES = (
    "a b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em "
    "figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span "
    "strike strong sub summary sup table tbody td tfoot th thead tr tt u ul var"
)
_TAGS = set(_TAG_NAMES.split())
_ATTRIBUTES = {
    "*": {"style", "title", "align", "valign"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "table": {"border"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "details": {"open"},
}
# Nothing that moves an element over another, and nothing that loads.
_STYLE_NAMES = (
    "color background-color font-family font-style font-weight text-align text-decoration "
    "vertical-align white-space border-collapse border-spacing overflow-x line-height"
)
_STYLES = set(_STYLE_NAMES.split())
# strip_files_prefix, which nbconvert applies to what it rendered, makes files/javascript:x into
# javascript:x; so no address may be relative.
_ADDRESS = re.compile(r"(?:https?://|mailto:|#)[^\x00-\x20\x7f]*", re.IGNORECASE)
_EMBEDDED = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/]+={0,2}")
_LOADING = re.compile(r"(?<!rgb)(?<!rgba)(?<!hsl)(?<!hsla)\(|[\\@]|/\*", re.IGNORECASE)
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_PRE = re.compile(r"(<pre(?: [^<>]*)?>)\n")
_VOID = {"br", "col", "hr", "img", "input", "wbr"}
_NUMBER = re.compile(r"[1-9]\d{0,3}")


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if _ADDRESS.fullmatch(value) else None
    if name == "src":
        return value if _EMBEDDED.fullmatch(value) else None
    if name in ("width", "height", "colspan", "rowspan", "border", "start"):
        return value if _NUMBER.fullmatch(value) else None
    if name == "style":
        return None if _LOADING.search(value) else value
    return value


_HTML = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    allowed_classes={"table": {"dataframe"}},
    filter_style_properties=_STYLES,
    url_schemes={"http", "https", "mailto", "data"},
)


def clean_html(source: str) -> str:
    """Return HTML with nothing left that runs, loads, sends or covers what is not its own."""
    source = _CONTROL.sub("", encodable(source)).replace("\x1b", "")
    if _depth(source) > _DEEPEST:
        return html.escape(cut(source, LONGEST_TEXT))
    # Of two line ends at the beginning of a pre element nh3 leaves one, which nobody sees.
    return _PRE.sub(r"\1\n\n", tex(_HTML.clean(source)))


def _depth(source: str) -> int:
    """Return how deep elements may lie in one another; time grows with its square."""
    depth = deepest = 0
    open_by_name: Counter[str] = Counter()
    for end, name in _TAG_NAME.findall(source):
        name = name.lower()
        if name in _VOID or (end and not open_by_name[name]):
            continue
        step = -1 if end else 1
        open_by_name[name] += step
        depth += step
        deepest = max(deepest, depth)
    return deepest


# TeX.

# MathJax makes links, attributes and styles of these, and loads what another one names.
_MACRO = re.compile(
    r"\\+(?=(?:href|url|style|class|cssId|unicode|require|bbox|mmlToken|data|html[A-Za-z]*"
    r"|includegraphics|texttip|mathtip|tooltip|toggle|action)(?![A-Za-z]))"
)


def tex(source: str) -> str:
    """Return TeX in which macros that reach out of a formula have become words."""
    return _MACRO.sub("", source)


# Pictures.


def picture(kind: str, data: Any) -> str | None:
    """Return a picture's base64 in one line; None if it is not such a picture, or too large."""
    if kind not in PICTURES or not isinstance(data, str) or len(data) > LARGEST_PICTURE:
        return None
    data = "".join(data.split())
    with suppress(binascii.Error, ValueError, OSError, SyntaxError, Image.DecompressionBombError):
        content = io.BytesIO(base64.b64decode(data, validate=True))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(content, formats=[PICTURES[kind]]) as image:
                return data if image.width * image.height <= MOST_PIXELS else None
    return None


# Markdown.

_BARE = "|".join(sorted(_TAGS - {"a", "img", "font", "center"}))
_BARE_TAG = re.compile(rf"</?(?:{_BARE})\s*/?>", re.IGNORECASE)
_BARE_HTML = re.compile(rf"(?:[^<]|{_BARE_TAG.pattern})*", re.IGNORECASE)
_ALIGNED = re.compile(r"text-align:\s*(?:left|right|center);?")


def _attribute_of_markdown(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return value if _ALIGNED.fullmatch(value) else None
    if name == "type":
        return value if value == "checkbox" else None
    return _attribute(tag, name, value)


_MARKDOWN = nh3.Cleaner(
    tags=_TAGS | {"input"},
    attributes={
        "*": {"class"},
        "a": {"href", "title"},
        "img": {"src", "alt", "title"},
        "th": {"style"},
        "td": {"style"},
        "input": {"type", "disabled", "checked"},
        "ol": {"start"},
    },
    attribute_filter=_attribute_of_markdown,
    link_rel=None,
    url_schemes={"http", "https", "mailto", "data"},
)


def safe_markdown(source: str, attachments: Mapping[str, Any]) -> str:
    """Return Markdown that shows the same and can do no harm; what is harmless comes back as it is.

    Tags without attributes may stay. Any other HTML, a link that is no link to the web, and a
    picture that is not attached are shown as they were typed. What resists is shown as it was
    typed altogether.

    Arguments:
        source: as somebody wrote it.
        attachments: the pictures that go with it, each of which has been looked at.
    """
    return _safe(source, attachments) if attachments else _safe_alone(source)


@functools.lru_cache(maxsize=256)
def _safe_alone(source: str) -> str:
    """Answer for a lesson's own texts once for a class."""
    return _safe(source, {})


def _safe(source: str, attachments: Mapping[str, Any]) -> str:
    if len(source) <= _LONGEST_TYPED and _TYPED.fullmatch(source):
        return source
    source = cut(encodable(source), LONGEST_ANSWER)
    source = _CONTROL.sub("", source).replace("\x1b", "")
    if len(_TANGLED.findall(source)) > _MOST_TANGLED:
        return _as_typed(source)
    for attempt in (source, _repaired(source, attachments, _CAREFUL)):
        if _is_harmless(attempt, attachments):
            return attempt
    attempt = _repaired(source, attachments, _COARSE)
    return attempt if _is_harmless(attempt, attachments) else _as_typed(source)


# nbconvert's time grows with the square of their number.
_TANGLED = re.compile(r"\[|\\begin")
_MOST_TANGLED = 1_000


def _as_typed(source: str) -> str:
    """Return Markdown that shows a source letter by letter, without a sign that means anything."""
    coded = html.escape(source).replace("$", "&#36;").replace("\\", "&#92;")
    return "<pre>" + coded.strip("\n") + "</pre>"


_TYPED = re.compile(r"<pre>[^<$\\]*</pre>")
_LONGEST_TYPED = 6 * LONGEST_ANSWER + 20


class _Recorder(IPythonRenderer):
    """nbconvert's renderer, which keeps the HTML that the source held."""

    def __init__(self, attachments: Mapping[str, Any]) -> None:
        super().__init__(escape=False, attachments=dict(attachments), exclude_anchor_links=True)
        self.held: list[str] = []

    def block_html(self, html: str) -> str:
        self.held.append(html)
        return str(super().block_html(html))

    def inline_html(self, html: str) -> str:
        self.held.append(html)
        return str(super().inline_html(html))


def _is_harmless(source: str, attachments: Mapping[str, Any]) -> bool:
    """Render as nbconvert does; say whether nh3 would leave all of it as it is."""
    recorder = _Recorder(attachments)
    try:
        page = strip_files_prefix(MarkdownWithMath(renderer=recorder).render(source))
        if not all(_BARE_HTML.fullmatch(held) for held in recorder.held) or _depth(page) > _DEEPEST:
            return False
        seen, left = _Reader.read(page), _Reader.read(_MARKDOWN.clean(page))
    except Exception:  # what stops nbconvert or a parser here would stop the whole page there
        return False
    return seen.seen == left.seen and not _MACRO.search(seen.outside)


class _Reader(HTMLParser):
    """What a page holds, element by element, and its text outside of code, which MathJax reads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[Any, ...]] = []
        self.outside = ""
        self._code = 0

    @classmethod
    def read(cls, page: str) -> "_Reader":
        reader = cls()
        reader.feed(page)
        reader.close()
        return reader

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code += tag in ("pre", "code")
        self.seen.append((tag, sorted((name, value or "") for name, value in attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._code -= tag in ("pre", "code")

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in ("pre", "code")
        self.seen.append(("/", tag))

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.outside += data
        if self.seen and self.seen[-1][0] == "text":
            data = self.seen.pop()[1] + data
        self.seen.append(("text", data))

    def handle_comment(self, data: str) -> None:
        self.seen.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.seen.append(("declaration", decl))

    def handle_pi(self, data: str) -> None:
        self.seen.append(("instruction", data))

    def unknown_decl(self, data: str) -> None:
        self.seen.append(("unknown", data))


_FENCE = r"^[ ]{0,3}(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)\n(?P<body>.*?)(?:^[ ]{0,3}(?P=fence)|\Z)"
_SPAN = r"(?<![`\\])(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)"
_MATH = (
    r"\$\$.*?\$\$|(?<![$\\])\$(?!\s*\$)(?:(?!\n[ \t]*\n)[^$])+\$"
    r"|\\begin\{(?P<env>[a-z]*\*?)\}.*?\\end\{(?P=env)\}"
)
_INDENTED = r"^(?:[ ]{4}|\t)[^\n]*"
_LINKS = (
    r"(?P<picture>!)\[(?P<alt>[^\]\n]*)\](?:\(\s*(?P<source><[^>\n]*>|[^\s)]*))?"
    r"|\]\(\s*(?P<target><[^>\n]*>|[^\s)]*)"
    r"|^[ ]{0,3}\[(?P<label>[^\]\n]+)\]:[ \t]*\n?[ \t]*(?P<defined>\S+)"
)
_HTML_SIGN = r"<(?:(?P<address>(?:https?://|mailto:)[^\s<>]*>)|[^\s<>]*\s*/?>)?"
_FLAGS = re.MULTILINE | re.DOTALL | re.IGNORECASE
_CAREFUL = re.compile("|".join([_FENCE, _SPAN, _MATH, _INDENTED, _LINKS, _HTML_SIGN]), _FLAGS)
_COARSE = re.compile("|".join([_FENCE, _SPAN, _MATH, _LINKS, r"(?P<sign>[<&])"]), _FLAGS)


def _repaired(source: str, attachments: Collection[str], parts: re.Pattern[str]) -> str:
    """Change what is harmful as far as this can be told from the source.

    Whether it was told rightly is seen when the result is rendered.

    Arguments:
        source: Markdown.
        attachments: the names of the pictures that it may show.
        parts: what may be in a source; what matches nothing here is code.
    """

    def repair(match: re.Match[str]) -> str:
        whole, found = match[0], match.groupdict()
        if found["fence"]:
            # nbconvert writes the code of a diagram on the page as it is.
            info = found["info"].strip()
            return whole.replace(info, "text", 1) if info.startswith("mermaid") else whole
        if found["picture"]:
            return _repaired_picture(whole, found["source"], attachments)
        if found["target"] is not None:
            return whole if _is_link(found["target"]) else f"]\\{whole[1:]}"
        if found["label"]:
            return whole if _is_link(found["defined"]) else whole.replace("[", "\\[", 1)
        if found.get("sign"):
            return html.escape(whole)
        if whole.startswith("<"):
            return whole if found["address"] or _BARE_TAG.fullmatch(whole) else f"&lt;{whole[1:]}"
        return whole

    code = re.compile(f"(?:{_FENCE})|(?:{_SPAN})", _FLAGS)
    return _outside(code, parts.sub(repair, source))


def _outside(code: re.Pattern[str], source: str) -> str:
    """Make macros that reach out of a formula into words, but not where they stand as code."""
    done, changed = 0, []
    for match in code.finditer(source):
        changed += [tex(source[done : match.start()]), match[0]]
        done = match.end()
    return "".join([*changed, tex(source[done:])])


def _repaired_picture(whole: str, source: str | None, attachments: Collection[str]) -> str:
    """Keep an attached picture; make one from the web a link, which loads nothing by itself."""
    address = (source or "").strip("<>")
    if address.startswith("attachment:") and unquote(address[11:]) in attachments:
        return whole
    return whole[1:] if source is None or _is_link(address) else f"\\!\\{whole[1:]}"


def _is_link(target: str) -> bool:
    return _ADDRESS.fullmatch(html.unescape(target.strip("<>"))) is not None
