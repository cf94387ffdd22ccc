"""Against: the PNG that Matplotlib itself writes, and the page that nbconvert makes of it."""

import base64
import dataclasses
import html.parser
import io
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from matplotlib.image import imread
from nbconvert import HTMLExporter

from icl_course.captions import PALETTE, Captioned, new_figure

ALT = 'The "best" fit: 3 < 5 & rising.'


@pytest.fixture(scope="module")
def captioned() -> Captioned:
    figure = new_figure(2.0)
    axes = figure.subplots()
    for height, colour in enumerate(PALETTE.values()):
        axes.plot([0, 1], [height, height + 1], color=colour)
    axes.imshow(np.linspace(0, 1, 600).reshape(20, 30), cmap="RdBu_r")
    return Captioned(figure, ALT)


class Images(html.parser.HTMLParser):
    """Collect the attributes of every `img` element of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append(dict(attrs))


def test_a_figure_is_as_wide_as_the_text_and_as_high_as_asked():
    figure = new_figure(3.5)
    assert figure.get_size_inches().tolist() == [7.2, 3.5]
    assert figure.get_dpi() == 200
    assert figure.get_layout_engine() is not None


def test_the_image_has_two_pixels_for_each_one_shown(captioned):
    image = imread(io.BytesIO(captioned.png()))
    _, metadata = captioned._repr_mimebundle_()
    assert image.shape[:2] == (400, 1440)
    assert metadata["image/png"]["width"] == 720


def test_saving_space_moves_no_colour_by_more_than_two_percent(captioned):
    """Matplotlib writes the same figure in full colour, some three times as large."""
    full = io.BytesIO()
    captioned.figure.savefig(full, format="png", dpi="figure")
    ours = captioned.png()
    assert ours.startswith(b"\x89PNG")
    assert len(ours) < len(full.getvalue()) / 2
    full.seek(0)
    difference = np.abs(imread(io.BytesIO(ours))[..., :3] - imread(full)[..., :3])
    assert difference.max() <= 0.02


def test_drawing_twice_gives_the_same_image(captioned):
    assert captioned.png() == captioned.png()


def test_a_caption_cannot_be_parted_from_its_figure(captioned):
    with pytest.raises(dataclasses.FrozenInstanceError):
        captioned.alt = "another finding"


def test_the_output_offers_html_an_image_and_words(captioned):
    data, metadata = captioned._repr_mimebundle_(include=None, exclude=None)
    assert set(data) == {"text/html", "image/png", "text/plain"}
    assert data["text/plain"] == ALT
    assert base64.b64decode(data["image/png"]) == captioned.png()
    assert metadata == {"image/png": {"alt": ALT, "width": 720}}
    (image,) = Images(data["text/html"]).found
    assert image["alt"] == ALT
    assert image["src"] == f"data:image/png;base64,{data['image/png']}"
    assert image["width"] == "720"


def test_the_alt_text_reaches_the_page_that_nbconvert_makes(captioned):
    data, metadata = captioned._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("figure", outputs=[output])
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert [image["alt"] for image in Images(page).found] == [ALT]


def test_the_palette_gives_every_meaning_a_colour_of_its_own():
    assert len(set(PALETTE.values())) == len(PALETTE)


def test_figures_leave_the_global_state_of_pyplot_alone():
    program = "import sys, icl_course.figures; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_svg_has_its_alt_text_and_is_the_same_file_at_any_time():
    drawn = Captioned(new_figure(2.0), alt="The curve falls to 0.21 <here>.")
    first = drawn.svg()
    assert b"The curve falls to 0.21 &lt;here&gt;." in first
    assert b"<dc:date>" not in first
    assert drawn.svg() == first
