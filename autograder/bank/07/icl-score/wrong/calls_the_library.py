# misconception: none
import jax

from icl_course import head_scores


def icl_score(logits, symbols, early, late):
    losses = jax.vmap(head_scores.token_losses)(logits, symbols)
    return head_scores.in_context_score(losses, early=early, late=late)
