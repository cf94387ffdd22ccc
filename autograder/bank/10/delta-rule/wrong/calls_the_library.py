# misconception: none
from icl_course import delta_rule


def delta_rule_outputs(state, queries, keys, values, rates):
    return delta_rule.recurrent(state, queries, keys, values, rates)
