"""For all tests: the library's annotations are checked at run time, shapes and types alike."""

import pytest
from jaxtyping import install_import_hook

# The hook acts on modules imported after it, so it stands before any test's own imports.
install_import_hook("icl_course", "beartype.beartype")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", default=None, help="keep the browser tests' pictures here")
