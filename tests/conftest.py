"""For all tests: the library's annotations are checked at run time, shapes and types alike."""

import os

import pytest
from jaxtyping import install_import_hook

# Most of a test's time is XLA's, on programs that run once: a third less where it optimises less.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

# The hook acts on modules imported after it, so it stands before any test's own imports.
install_import_hook("icl_course", "beartype.beartype")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", default=None, help="keep the browser tests' pictures here")
