# misconception: none
import jax.numpy as jnp

from icl_course import gd_plus_plus


def spectrum_map(eigenvalues, gamma, n_layers):
    deep = [eigenvalues]
    for _ in range(n_layers):
        deep.append(gd_plus_plus.move_spectrum(deep[-1], gamma=gamma))
    return jnp.stack(deep)
