# misconception: none
from icl_course import tokens


def tokenize(task):
    return tokens.make_tokens(task)
