"""Keep stderr empty while an answer is asked, whoever writes to it and however."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stderr_as_stdout() -> Iterator[None]:
    """Send all that reaches stderr inside the block to stdout.

    Four ways lead there: the name `sys.stderr`, stream objects that a logger got hold of earlier,
    their `write` that a progress bar got hold of, and file descriptor 2, on which compiled code
    writes.
    """
    with _kernel_stream_as_stdout(), _names_as_stdout(), _descriptor_as_stdout():
        yield


@contextmanager
def _kernel_stream_as_stdout() -> Iterator[None]:
    """Under a kernel, have all that goes through its stderr stream sent under the other name."""
    stream = sys.stderr
    if not (hasattr(stream, "pub_thread") and getattr(stream, "name", None) == "stderr"):
        yield
        return
    stream.flush()
    stream.name = "stdout"  # type: ignore[misc]
    try:
        yield
    finally:
        stream.flush()
        stream.name = "stderr"  # type: ignore[misc]


@contextmanager
def _names_as_stdout() -> Iterator[None]:
    stream = sys.stderr
    stream.write = lambda text: sys.stdout.write(text)  # type: ignore[method-assign]
    sys.stderr = sys.stdout
    try:
        yield
    finally:
        sys.stderr = stream
        del stream.write


@contextmanager
def _descriptor_as_stdout() -> Iterator[None]:
    try:
        saved = os.dup(2)
    except OSError:  # no descriptor 2: nothing can be written there
        yield
        return
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            caught.seek(0)
            sys.stdout.write(caught.read().decode(errors="replace"))
