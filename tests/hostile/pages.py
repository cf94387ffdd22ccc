"""Read a page as a browser would, and say what on it runs, loads or sends."""

import re
from collections.abc import Iterable
from functools import lru_cache
from html.parser import HTMLParser

Finding = tuple[str, str]
"""What kind of thing, and the thing."""

_RUNS = {"iframe", "frame", "object", "embed", "applet", "form", "base", "portal", "frameset"}
# Browsers read what is inside these by other rules than the reader below.
_FOREIGN = {"svg", "math", "noscript", "template", "xmp", "plaintext", "noembed", "noframes"}
_RAW = {"script", "style"}
_CODE = {"pre", "code", "textarea", "script", "style"}
_VOID = {
    "img",
    "br",
    "hr",
    "meta",
    "link",
    "input",
    "source",
    "track",
    "wbr",
    "area",
    "col",
    "base",
}
_LOADS = {
    "src",
    "srcset",
    "poster",
    "background",
    "data",
    "lowsrc",
    "dynsrc",
    "action",
    "formaction",
}
_SCRIPT = re.compile(r"^[\x00-\x20]*(?:java|vb|live)[\x00-\x20]*script:", re.IGNORECASE)
_PAGE_IN_ADDRESS = re.compile(r"^\s*data:(?!image/(?:png|jpe?g|gif|webp)[;,])", re.IGNORECASE)
_OUTSIDE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_STYLE_LOADS = re.compile(r"url\s*\(|@import|expression\s*\(|-moz-binding", re.IGNORECASE)
_STYLE_COVERS = re.compile(r"position\s*:\s*(?:fixed|absolute|sticky)", re.IGNORECASE)
_COMMENT = re.compile(r"<[!?].{0,40}", re.DOTALL)
_TEX = re.compile(r"\\(?:href|cssId|require|unicode|style|class)\b\s*\{", re.IGNORECASE)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Finding] = []
        self._inside: list[str] = []
        self._raw: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._inside.append(tag)
        named = {name: value or "" for name, value in attrs}
        if tag in _RUNS | _FOREIGN:
            self.found.append(("element", f"<{tag} {sorted(named.items())}>"))
        if tag == "script":
            self.found.append(("script", str(sorted(named.items()))))
        if tag == "meta" and "http-equiv" in named:
            self.found.append(("meta", str(sorted(named.items()))))
        if tag == "link":
            self.found.append(("link", str(sorted(named.items()))))
        if "mermaid" in named.get("class", "").lower().split():
            self.found.append(("diagram", str(sorted(named.items()))))
        for name, value in named.items():
            self._attribute(tag, name, value)

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name.startswith("on"):
            self.found.append(("handler", f"{tag} {name}={value}"))
        if _SCRIPT.match(value):
            self.found.append(("script address", f"{tag} {name}={value}"))
        if name in ("href", "xlink:href", *_LOADS) and _PAGE_IN_ADDRESS.match(value):
            self.found.append(("page in an address", f"{tag} {name}={value[:100]}"))
        loads = name in _LOADS or (name.endswith("href") and tag not in ("a", "area"))
        if loads and _OUTSIDE.match(value):
            self.found.append(("load", f"{tag} {name}={value}"))
        if name == "srcdoc":
            self.found.append(("page in an attribute", value))
        if name == "style" and (_STYLE_LOADS.search(value) or _STYLE_COVERS.search(value)):
            self.found.append(("style", f"{tag} {value}"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID and tag not in _RAW:
            self._leave(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _RAW:
            if raw := "".join(self._raw).strip():
                self.found.append((f"text of a {tag}", raw))
            self._raw.clear()
        self._leave(tag)

    def _leave(self, tag: str) -> None:
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] in _RAW:
            self._raw.append(data)
            return
        if not _CODE & set(self._inside) and (match := _TEX.search(data)):
            self.found.append(("TeX", data[match.start() : match.start() + 60]))


@lru_cache(maxsize=4)
def active(page: str) -> tuple[Finding, ...]:
    """Return everything on a page that runs, loads from elsewhere, sends, or covers the rest."""
    reader = _Page()
    reader.feed(page)
    reader.close()
    # Where a comment ends is another matter on which readers differ.
    return (*reader.found, *(("comment", found) for found in _COMMENT.findall(page)))


def added(page: str, clean: Iterable[Finding]) -> list[Finding]:
    """Return what is active on a page and not on a clean one of the same kind."""
    known = set(clean)
    return [finding for finding in active(page) if finding not in known]
