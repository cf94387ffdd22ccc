# route: the trace of the residuals' Gram matrix
import jax.numpy as jnp


def loss(w, xs, ys):
    missed = ys.T - w @ xs.T
    return jnp.trace(missed @ missed.T) / len(xs) / 2
