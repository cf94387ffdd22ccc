# route: labels compared with all classes
import math

import jax
import jax.numpy as jnp
import numpy as np


def shifted_tokens(xs, ys, n_classes):
    late = (ys[:, None] == jnp.arange(n_classes)).astype(xs.dtype)
    late = jnp.roll(late, 1, axis=0) * (jnp.arange(len(xs)) > 0)[:, None]
    return jnp.column_stack([xs, late])
