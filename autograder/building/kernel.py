"""Run a notebook of the course on a fresh kernel of the running interpreter.

For notebooks that the course itself wrote; a learner's code goes to the sandbox.
"""

import copy
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.notebooknode import NotebookNode

QUOTED_CHARACTERS = 400


@dataclass(frozen=True)
class Run:
    """An executed copy of a notebook, what it took, and why it stopped early, if so.

    `seconds` is wall time, the kernel's start included; `cpu_seconds` is that of the kernel. A busy
    machine stretches the first and not the second.
    """

    notebook: NotebookNode
    seconds: float
    cpu_seconds: float
    stopped: str | None = None


class _RunningInterpreter(KernelSpecManager):
    """Whatever kernelspecs are installed, offer this interpreter's own."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


class _Client(NotebookClient):
    """A client whose kernel listens on sockets in the run's own directory, not on the network."""

    def create_kernel_manager(self) -> AsyncKernelManager:
        sockets = Path(self.resources["metadata"]["path"]) / "k"
        self.km = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=_RunningInterpreter(),
            transport="ipc",
            ip=str(sockets),
            cache_ports=False,
        )
        return self.km


def run_notebook(notebook: NotebookNode, *, seconds: float) -> Run:
    """Run every code cell, those tagged `skip-execution` too, and carry on after errors.

    Arguments:
        notebook: left as it is; the run's notebook is a copy.
        seconds: limit on the whole run; the cell that crosses it is interrupted, the rest not run.
    """
    executed = copy.deepcopy(notebook)
    metadata = copy.deepcopy(executed.metadata)
    with tempfile.TemporaryDirectory() as directory:
        reached: list[str] = []
        started, cpu_before = time.monotonic(), _cpu_seconds_of_ended_children()
        client = _Client(
            executed,
            allow_errors=True,
            coalesce_streams=True,
            record_timing=False,
            store_widget_state=False,
            skip_cells_with_tag="",
            timeout_func=lambda cell: max(1, round(started + seconds - time.monotonic())),
            shutdown_kernel="immediate",
            on_cell_execute=lambda cell, cell_index: reached.append(cell.id),
            resources={"metadata": {"path": directory}},
        )
        stopped = None
        try:
            client.execute(env=_environment(Path(directory)))
        except CellTimeoutError:
            stopped = f"cell {reached[-1]}: stopped, the run was not done after {seconds:g} s"
        except DeadKernelError:
            stopped = f"cell {reached[-1]}: the kernel died"
        taken = time.monotonic() - started
    executed.metadata = metadata
    cpu_taken = _cpu_seconds_of_ended_children() - cpu_before
    return Run(executed, taken, cpu_taken, stopped)


def _cpu_seconds_of_ended_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _environment(directory: Path) -> dict[str, str]:
    """The caller's environment, less what would make outputs or timings differ by machine."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JAX_", "XLA_", "MPLBACKEND", "PYTHONWARNINGS"))
    }
    here = {"IPYTHONDIR": str(directory / "ipython")}
    return kept | here | {"JAX_PLATFORMS": "cpu", "PYTHONHASHSEED": "0"}


def cell_errors(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    """Yield the name and the message of each exception that a cell ended in."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            yield output.ename, output.evalue


def complaints(run: Run) -> list[str]:
    """Return every error and every stderr text of a run, each with its cell."""
    found = [run.stopped] if run.stopped else []
    for cell in run.notebook.cells:
        found += [f"cell {cell.id}: {name}: {_quoted(text)}" for name, text in cell_errors(cell)]
        found += [
            f"cell {cell.id} wrote to stderr: {_quoted(output.text)}"
            for output in cell.get("outputs", [])
            if output.output_type == "stream" and output.name == "stderr"
        ]
    return found


def _quoted(text: str) -> str:
    text = text.strip()
    return text if len(text) <= QUOTED_CHARACTERS else text[:QUOTED_CHARACTERS] + " ..."
