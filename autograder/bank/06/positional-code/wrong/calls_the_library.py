# misconception: none
from icl_course import positions


def positional_code(n_tokens):
    return positions.circle_code(n_tokens=n_tokens), positions.next_on_circle(n_tokens=n_tokens)
