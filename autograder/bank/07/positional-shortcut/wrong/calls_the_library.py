# misconception: none
from icl_course import head_scores


def blind_score(shortest, longest, largest_gap):
    return head_scores.best_blind_score(shortest=shortest, longest=longest, largest_gap=largest_gap)
