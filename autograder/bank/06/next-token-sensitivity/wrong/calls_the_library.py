# misconception: none
from icl_course import copying


def sensitivities(layer, tokens, d_code):
    return copying.own_next_other(copying.token_sensitivity(layer, tokens, d_code=d_code))
