# misconception: none
from icl_course import head_scores


def copying_score(pattern, written, symbols):
    return head_scores.copying(pattern, written, symbols)
