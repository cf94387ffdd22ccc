# route: what is raised on attended symbols, less what is raised on others
import jax.numpy as jnp


def copying_score(pattern, written, symbols):
    above = jnp.maximum(written - written.mean(axis=1, keepdims=True), 0.0)
    total = above.sum(axis=1)
    on_attended = jnp.sum(pattern * above[:, symbols], axis=1)
    return jnp.mean((on_attended - (total - on_attended)) / total)
