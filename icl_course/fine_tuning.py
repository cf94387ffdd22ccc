"""Fine-tuning a net of concepts on other concepts, one of its layers at a time."""

import time
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Bool, Key

from icl_course import shipped
from icl_course.arrays import Array
from icl_course.concept_nets import ConceptNet
from icl_course.concept_runs import (
    BASIS_SIZE,
    LAW,
    N_CONCEPTS,
    ConceptRun,
    only_layers,
    shipped_runs,
    train_on_concepts,
)

NAME = "fine_tuning"

TRAINED: Mapping[str, tuple[int, ...]] = {
    "layer 1": (0,),
    "layer 2": (1,),
    "layer 3": (2,),
    "all layers": (0, 1, 2),
}
"""Which layers of the lesson's net may change, by name."""

N_SEEDS = 3


def other_bases() -> Bool[Array, "n_concepts d_x"]:
    """Return bases as large as the lesson's, none of which shares two inputs with one of those.

    >>> other_bases().astype(int)[0].tolist()
    [1, 0, 0, 0, 1, 0, 0, 0]
    """
    return jnp.tile(jnp.eye(N_CONCEPTS, dtype=bool), (1, BASIS_SIZE))


def tune(
    key: Key[Array, ""],
    net: ConceptNet,
    layers: Iterable[int],
    *,
    n_steps: int = 1_500,
    n_per_chunk: int = 250,
    **changed: Any,
) -> ConceptRun:
    """Train some layers of a net on the other bases; embedding and read-out stay as they are.

    Source: Han et al., 2412.12276, who train the first ten layers of a language model, or its last.

    Arguments:

    - `key`: a typed key.
    - `net`: where to begin.
    - `layers`: which of its layers may change, attention and MLP.
    - `n_steps`, `n_per_chunk`, `changed`: as for `train_on_concepts`.

    Returns the run, measured on prompts of the other bases.

    >>> from icl_course.concept_nets import init_concept_net
    >>> net = init_concept_net(jax.random.key(0), d_token=17, n_positions=10, d_model=4, n_heads=2,
    ...                        n_layers=2, d_hidden=3)
    >>> run = tune(jax.random.key(1), net, [1], n_steps=1, n_per_chunk=1, n_per_concept=6)
    >>> bool((run.params[-1].layers[0].w_q == net.layers[0].w_q).all())
    True
    """
    return train_on_concepts(
        key,
        n_steps=n_steps,
        n_per_chunk=n_per_chunk,
        bases=other_bases(),
        params=net,
        trainable=partial(only_layers, layers=tuple(layers)),
        **{"law": LAW, "learning_rate": 1e-3, **changed},
    )


def ship(
    folder: Path | None = None,
    *,
    trained: Mapping[str, tuple[int, ...]] = TRAINED,
    n_seeds: int = N_SEEDS,
    **changed: Any,
) -> dict[str, np.ndarray]:
    """Tune the lesson's net in several ways, and write the risks that ship.

    The files are fine_tuning.npz and .json in `folder`, or in the working directory.

    Arguments:

    - `folder`: where to.
    - `trained`: which layers may change, by name.
    - `n_seeds`: how often each is done.
    - `changed`: what `tune` takes by name.

    Returns the steps, and for each way the risk, [n_seeds, n_points], averaged over places.

    >>> import tempfile
    >>> found = ship(Path(tempfile.mkdtemp()), trained={"layer 1": (0,)}, n_seeds=1, n_steps=0,
    ...              n_per_concept=6)
    >>> found["layer 1"].shape
    (1, 1)
    """
    net = shipped_runs()["lesson"].params[-1]
    begun = time.process_time()
    arrays: dict[str, np.ndarray] = {}
    for name, layers in trained.items():
        runs = [tune(jax.random.key(seed), net, layers, **changed) for seed in range(n_seeds)]
        arrays["steps"] = np.asarray(runs[0].steps, np.int32)
        arrays[name] = np.array([run.risk.mean(axis=1) for run in runs], np.float32)
    said = {
        "seeds": list(range(n_seeds)),
        "settings": {name: list(layers) for name, layers in trained.items()} | changed,
        "cpu_seconds": round(time.process_time() - begun),
        "command": 'python -c "from icl_course.fine_tuning import ship; ship()"',
        "versions": {"jax": jax.__version__, "optax": optax.__version__, "numpy": np.__version__},
    }
    shipped.save(folder or Path.cwd(), NAME, arrays, said)
    return arrays
