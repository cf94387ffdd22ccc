"""What one submission may use. Generous for any answer of the course, harmless for a laptop."""

from dataclasses import asdict, dataclass

MEGABYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """Limits on one submission; wall time is counted elsewhere.

    Arguments:
        memory: bytes, of all its processes together.
        data: bytes, of one process: JAX on a CPU needs 1.5 GB of addresses.
        processes: with threads.
        cpu_seconds: of one process.
        file: bytes, of one file.
        open_files: of one process.
        work, tmp, shm: bytes, of the directories that it may write in.
    """

    memory: int = 3072 * MEGABYTE
    data: int = 3072 * MEGABYTE
    processes: int = 128
    cpu_seconds: int = 600
    file: int = 64 * MEGABYTE
    open_files: int = 256
    work: int = 64 * MEGABYTE
    tmp: int = 64 * MEGABYTE
    shm: int = 16 * MEGABYTE

    def as_json(self) -> dict[str, int]:
        """Return the limits as they go into the sandbox."""
        return asdict(self)
