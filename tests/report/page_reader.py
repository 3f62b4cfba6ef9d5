"""Read a page with a parser and note what it holds."""

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img"}
SVG = {"svg", "path", "rect", "line", "circle", "text", "title", "defs", "g", "use"}
TEXT = "a b bdi blockquote code del dd dl dt em i li mark ol p pre s small span strong sub sup u ul"
TABLE = "caption table tbody td tfoot th thead tr"
FRAME = "article body details div figcaption figure footer h1 h2 h3 h4 head header html main nav section style summary"
TAGS = VOID | SVG | {*TEXT.split(), *TABLE.split(), *FRAME.split()}
PLAIN = "alt charset class colspan content height href http-equiv id lang loading name open rel role rowspan scope src start"
NAMED = "tabindex width aria-hidden aria-label aria-labelledby"
DRAWN = "cx cy d r rx text-anchor viewbox x x1 x2 y y1 y2"
ATTRIBUTES = {*PLAIN.split(), *NAMED.split(), *DRAWN.split()}


class Page(HTMLParser):
    """A page's elements in order; `problems` lists what must not be there."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.style = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        if self._open:
            self.problems.append(f"never closed: {self._open}")

    def handle_starttag(self, tag, attrs):
        """Note an element and its attributes."""
        if tag not in TAGS:
            self.problems.append(f"<{tag}>")
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.problems.append(f"<{tag}> repeats an attribute")
        for name, value in attrs:
            self._attribute(tag, name, value or "")
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        """Note the end of an element."""
        if not self._open or self._open.pop() != tag:
            self.problems.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        """Note text."""
        if self._open and self._open[-1] == "style":
            self.style += data
        else:
            self.text.append(data)

    def handle_comment(self, data):
        """Note a comment: there must be none."""
        self.problems.append(f"comment {data[:40]!r}")

    def _attribute(self, tag, name, value):
        if name not in ATTRIBUTES:
            self.problems.append(f"<{tag} {name}>")
        if (
            name == "href"
            and not _inside(value)
            and not (tag == "link" and value.startswith("data:image/png;base64,"))
        ):
            self.problems.append(f"href={value[:60]}")
        if name == "src" and not value.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")):
            self.problems.append(f"src={value[:60]}")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self) -> str:
        """The page's text."""
        return " ".join(" ".join(self.text).split())


def _inside(address: str) -> bool:
    page, _, _ = address.partition("#")
    return page in ("", "../index.html") or (
        page.endswith(".html") and ":" not in page and not page.startswith(("/", "..")) and "//" not in page
    )
