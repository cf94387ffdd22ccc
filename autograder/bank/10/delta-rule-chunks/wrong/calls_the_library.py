# misconception: none
from icl_course import delta_rule


def chunk_transform(keys, rates):
    return delta_rule.transform(keys, rates)
