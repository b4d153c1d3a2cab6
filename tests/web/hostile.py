"""Texts that try to be more than text, and what a page made of them."""

from __future__ import annotations

from html.parser import HTMLParser

MARK = "xz9q"
_MARKUP = (
    f"<script>{MARK}()</script>\"'><img src=x onerror={MARK}()><{MARK} a=1></title></textarea>"
    f"<svg/onload={MARK}()>{{{{7*7}}}}{{% {MARK} %}}javascript:{MARK}()"
)
TURNED = "\u202e\u2067"  # what follows is read from right to left
_ODD = "\x01\x7f\ufffe\u2028\u0000".replace("\u0000", "\u2400")  # a real NUL is refused before it is stored
_FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 60
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr", "use"})
# Where there can be no element around a text: the browser itself keeps it apart.
_APART = frozenset({"title", "option", "textarea", "pre", "script", "style"})


def text(place: str, length: int = 12_000) -> str:
    """A hostile text that begins with the name of the place where it is planted."""
    return f"{place} {TURNED}{_MARKUP}{_ODD}{'W' * 10_000} {_FAMILY} end"[:length]


class Page(HTMLParser):
    """Reads a page as a browser does and notes what should not be in it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.said: list[str] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """No element and no handler may come from a text."""
        held = dict(attrs)
        if tag == MARK or any(name.startswith("on") or MARK in name for name in held):
            self.faults.append(f"<{tag} {attrs}>"[:200])
        for name in ("href", "src", "action", "formaction"):
            if (held.get(name) or "").strip().lower().startswith("javascript:"):
                self.faults.append(f"{name} of <{tag}> is a script")
        if tag == "img" and held.get("src") == "x":
            self.faults.append("an image that a text brought")
        if tag not in _VOID:
            self._open.append((tag, held))

    def handle_endtag(self, tag: str) -> None:
        """Close up to the newest element of that name."""
        names = [name for name, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        """A text that turns the direction must stand in something that keeps it in."""
        self.said.append(data)
        inside = self._open[-1][0] if self._open else ""
        if inside == "script" and MARK in data:
            kind = self._open[-1][1].get("type")
            if kind != "application/json":
                self.faults.append(f"a script holds {data[:80]!r}")
        if TURNED[0] in data and not any(
            tag == "bdi" or tag in _APART or held.get("dir") == "auto" for tag, held in self._open
        ):
            self.faults.append(f"not kept apart, in {[tag for tag, _ in self._open][-3:]}: {data.strip()[:40]!r}")
