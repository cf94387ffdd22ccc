# misconception: none
from icl_course import concept_nets


def intervene(params, tokens, depth, vector, keep):
    return concept_nets.run(params, tokens, keep=keep, depth=depth, shift=vector).predictions
