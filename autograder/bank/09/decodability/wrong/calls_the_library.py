# misconception: none
import jax

from icl_course import decoding


def decodability(streams, concepts, n_concepts, n_neighbours):
    return jax.vmap(
        lambda points: decoding.decodability(
            points, concepts, n_labels=n_concepts, n_neighbours=n_neighbours
        )
    )(streams)
