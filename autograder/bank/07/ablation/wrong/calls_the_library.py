# misconception: none
from icl_course import ablations


def ablate(params, symbols, layer, head):
    silenced = ablations.choose(params, (layer, head))
    return ablations.without(params, symbols, silenced), ablations.without_output(params, symbols, silenced)
