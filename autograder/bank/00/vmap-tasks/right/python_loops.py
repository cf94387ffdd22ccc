# route: two Python loops
import jax.numpy as jnp

from icl_course import descent


def loss_table(ws, xs, ys):
    return jnp.array([[descent.loss(w, x, y) for w in ws] for x, y in zip(xs, ys, strict=True)])
