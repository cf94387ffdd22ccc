# misconception: last-finds-nobody
import numpy as np


def positional_code(n_tokens):
    angle = 2 * np.pi / (n_tokens + 1)
    places = angle * np.arange(1, n_tokens + 1)
    cos, sin = np.cos(angle), np.sin(angle)
    code = np.stack([np.cos(places), np.sin(places)], axis=1)
    return code, np.array([[cos, -sin], [sin, cos]]) / (1 - cos)
