# misconception: none
from icl_course import causal


def attention_only(params, symbols):
    return causal.run(params, symbols).logits
