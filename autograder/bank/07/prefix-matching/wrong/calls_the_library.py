# misconception: none
from icl_course import head_scores


def prefix_matching(pattern, symbols):
    return head_scores.prefix_matching(pattern, symbols)
