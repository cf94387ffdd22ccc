# route: Python lists, from trigonometry
import math


def positional_code(n_tokens):
    step = 2 * math.pi / n_tokens
    scale = 2 / (1 - math.cos(step))
    code = [[math.cos(step * j), math.sin(step * j)] for j in range(n_tokens)]
    c, s = scale * math.cos(step), scale * math.sin(step)
    return [code, [[c, -s], [s, c]]]
