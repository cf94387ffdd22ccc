# misconception: none
import jax
import jax.numpy as jnp


def shifted_tokens(xs, ys, n_classes):
    n_found = int(ys.max()) + 1
    before = jnp.pad(jax.nn.one_hot(ys, n_found)[:-1], ((1, 0), (0, 0)))
    return jnp.concatenate([xs, before], axis=1)
