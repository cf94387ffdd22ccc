"""The class's secret: what the inputs of every mark are drawn from."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from autograder.nbgrader_config import OURS

FILE = f"{OURS}/class-secret"


class SecretError(RuntimeError):
    """The secret cannot be used; the message says what to do."""


def class_secret(directory: Path) -> bytes:
    """Return the secret of the class in `directory`; make one if there is none, for its owner only.

    Raises:
        SecretError: its file is damaged.
    """
    path = directory / FILE
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _make(path)
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError as error:
        raise SecretError(
            f"{path} is damaged. Restore it from a backup: without it no grade can be repeated. "
            "Or delete it, and grade everybody again"
        ) from error
    if len(secret) != 32:
        raise SecretError(f"{path} holds {len(secret)} bytes, not 32; restore it from a backup")
    return secret


def _make(path: Path) -> None:
    """Write a secret, whole or not at all: two graders that begin at once get the same one."""
    fresh = path.with_name(f"class-secret.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
