"""Loss paths: training seen from the losses of many single tokens, in two dimensions."""

import numpy as np
from jaxtyping import Float

from icl_course.arrays import Array


def principal_paths(
    losses: Float[Array, "n_snapshots n_tokens"], *, n_components: int = 2
) -> tuple[Float[np.ndarray, "n_snapshots n_components"], Float[np.ndarray, " n_components"]]:
    """Return training as a path in the principal components of its per-token losses.

    Each snapshot of a net is a long vector: its loss on each of many tokens, the same ones for all
    snapshots. The mean over snapshots is taken off, and the vectors are seen along the directions
    in which they vary most.

    Source: Olsson et al. 2022, argument 1 (per-token losses under PCA).

    Arguments:

    - `losses`: one row for each snapshot.
    - `n_components`: how many directions, at most the number of snapshots.

    Returns the coordinates of each snapshot, and each direction's share of the variance. A
    direction's sign is such that the last snapshot lies on its positive side.

    >>> path, shares = principal_paths(np.array([[3.0, 0.0], [1.0, 0.0]]), n_components=1)
    >>> path.ravel().round(9).tolist(), shares.tolist()
    ([-1.0, 1.0], [1.0])
    """
    table = np.asarray(losses, np.float64)
    if table.ndim != 2 or not 1 <= n_components <= min(table.shape):
        raise ValueError(
            f"losses has shape {table.shape}, which has no {n_components} components: give one row "
            "of losses for each snapshot."
        )
    centred = table - table.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    path = left[:, :n_components] * sizes[:n_components]
    path = path * np.where(path[-1] < 0, -1.0, 1.0)
    return path, sizes[:n_components] ** 2 / np.sum(sizes**2)
