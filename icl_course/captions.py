"""Captions: what every figure of the course shares, above all the words that stand beside it.

A figure is for those who see it and its alt text for those who do not, so neither comes alone.
"""

import base64
import html
import io
from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

PALETTE = {
    "attention layer": "#0072B2",
    "gradient descent": "#D55E00",
    "diverges": "#CC79A7",
    "GD++": "#117733",
    "before": "#767676",
    "float32": "#56B4E9",
    "float64": "#009E73",
    "least squares": "#E69F00",
    "half way": "#882255",
    "reference": "#000000",
}
"""One colour for each meaning, from the colour-blind-safe set of Okabe and Ito."""

WIDTH = 7.2
"""The width of every figure in inches, shown at 100 pixels an inch: a notebook's text width."""

DOTS_PER_INCH = 200
"""The resolution of the image: twice as fine as it is shown, for sharp text on fine screens."""


@dataclass(frozen=True)
class Captioned:
    """Hold a figure and its alt text, which carries the figure's finding and number.

    As the last value of a notebook cell it shows itself, as an `img` element with its alt text:
    JupyterLab and nbconvert drop the alt text that stands in an image's metadata. The bare image
    and the bare words go with it, for readers that want no HTML.

    >>> figure = new_figure(2.0)
    >>> Captioned(figure, alt="Nothing yet: 0 curves.")._repr_mimebundle_()[0]["text/plain"]
    'Nothing yet: 0 curves.'
    """

    figure: Figure
    alt: str

    def png(self) -> bytes:
        """Return the figure as a PNG file."""
        canvas = FigureCanvasAgg(self.figure)
        canvas.draw()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        # 256 colours, none off by more than 2 % of the scale, make a file a third of the size.
        image = image.quantize(256, Image.Quantize.MAXCOVERAGE)
        file = io.BytesIO()
        image.save(file, "PNG", optimize=True)
        return file.getvalue()

    def svg(self) -> bytes:
        """Return the figure as an SVG file, which has the alt text as its description."""
        file = io.BytesIO()
        with rc_context({"svg.hashsalt": "icl-course"}):  # the same figure, the same bytes
            metadata = {"Date": None, "Description": self.alt}
            self.figure.savefig(file, format="svg", metadata=metadata)
        return file.getvalue()

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, dict[str, str | int]]]:
        """Return what Jupyter displays, and the metadata to it."""
        png = base64.b64encode(self.png()).decode()
        width = round(100 * self.figure.get_figwidth())
        element = (
            f'<img alt="{html.escape(self.alt)}" width="{width}" src="data:image/png;base64,{png}">'
        )
        data = {"text/html": element, "image/png": png, "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt, "width": width}}


def new_figure(height: float) -> Figure:
    """Return an empty figure, as wide as a notebook's text and `height` inches high.

    It belongs to no window and to no pyplot: whoever holds it owns it.

    >>> new_figure(2.5).get_size_inches().tolist()
    [7.2, 2.5]
    """
    return Figure(figsize=(WIDTH, height), dpi=DOTS_PER_INCH, layout="constrained")
