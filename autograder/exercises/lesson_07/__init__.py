"""The exercises of lesson 07: copy what followed."""

import functools

from autograder.exercise import Exercise, Prediction
from autograder.exercises.lesson_07 import circuit, nets, scores
from autograder.exercises.probes import cases

LESSON = "07"
PAPER = "Olsson et al. 2022"
exercise = functools.partial(Exercise, lesson=LESSON)

EXERCISES = (
    exercise(
        id="attention-only",
        points=3,
        title="A net of attention alone",
        minutes=15,
        difficulty=2,
        importance=3,
        section="Elhage et al. 2021; Olsson et al. 2022, setup",
        asked="the logits of an attention-only net after every token of a prompt",
        hints=(
            "Write one head for one layer first. Which two arrays do queries and keys read, and "
            "which one do values read?",
            "The scores of one head are a table [t, i]. What must stand in it where i > t, before "
            "the softmax, and along which axis does the softmax run?",
            "stream = params.embed[symbols], then a loop over params.layers that adds the sum of "
            "all heads to the stream. What turns the last stream into logits?",
        ),
        probes=cases(
            nets.draw_net,
            (
                (11, 13, 7, 5, 3, 7, 4, 2),
                (7, 19, 11, 8, 2, 4, 5, 3),
                (5, 8, 2, 7, 4, 3, 1, 1),
                (17, 11, 11, 4, 5, 7, 3, 2),
            ),
        ),
        oracle=nets.logits,
        magnitude=nets.magnitude,
        misconceptions=nets.ATTENTION_ONLY,
    ),
    exercise(
        id="icl-score",
        points=2,
        title="The in-context-learning score",
        minutes=8,
        difficulty=1,
        importance=3,
        section=f"{PAPER}, key concepts",
        asked="the mean loss of token `late` minus the mean loss of token `early`",
        hints=(
            "Which row of logits predicts token t: row t, or another?",
            "jax.nn.log_softmax turns a row of logits into log probabilities. Which entry of the "
            "row belongs to the token's own symbol?",
            "Token t of one prompt has the loss -log_softmax(logits[t - 1])[symbols[t]]. What is "
            "left to do for the two places?",
        ),
        probes=cases(scores.draw_losses, ((5, 13, 7, 3, 11), (3, 17, 11, 7, 2), (1, 5, 2, 1, 3))),
        oracle=scores.score_is(scores.icl_score),
        magnitude=scores.icl_magnitude,
        misconceptions=scores.ICL_SCORE,
    ),
    exercise(
        id="induction-weights",
        points=4,
        title="An induction circuit by weights",
        minutes=25,
        difficulty=3,
        importance=3,
        section=f"Elhage et al. 2021; {PAPER}",
        asked="two layers that say what followed the current symbol, with probability .99 or more",
        hints=(
            "Give the stream blocks: the token's own symbol, the symbol before it, the prediction. "
            "Which block does each layer read as key, as query, as value, and which one does it "
            "write?",
            "Layer 1 asks for place t - 1 by the codes alone. Layer 2 compares own symbols of "
            "queries with which block of the keys? Mind the root of d_key: scores must stay large.",
            "The first token has only itself to attend to, so its second block holds its own "
            "symbol. Which extra slot of the keys of layer 2 can keep it out?",
        ),
        probes=cases(circuit.draw_prompts, ((11, 17), (23, 19), (13, 31), (7, 10))),
        oracle=circuit.what_followed,
        magnitude=circuit.magnitude,
        observe=circuit.observe,
        misconceptions=circuit.INDUCTION_WEIGHTS,
        allows_for="a sharp circuit",
    ),
    exercise(
        id="prefix-matching",
        points=2,
        title="The prefix-matching score",
        minutes=10,
        difficulty=2,
        importance=3,
        section=f"{PAPER}, definition with erratum",
        asked="attention to what followed the current symbol earlier, averaged over queries",
        hints=(
            "In A B C A, which weight of the last row counts?",
            "Make a table [t, i] that is True where symbols[i - 1] == symbols[t]. What about "
            "i = 0, and what about i > t?",
            "Add up the weights of each row where the table is True. Over which rows is the mean?",
        ),
        probes=cases(scores.draw_prefix, ((13, 5), (23, 7), (11, 4), (29, 3))),
        oracle=scores.score_is(scores.prefix_matching),
        magnitude=scores.score_magnitude,
        misconceptions=scores.PREFIX_MATCHING,
    ),
    exercise(
        id="positional-shortcut",
        points=2,
        title="How far does a blind head get?",
        minutes=12,
        difficulty=2,
        importance=3,
        section="ours, on the score of Olsson et al. 2022",
        asked="the best expected weight on what followed, of a head that sees only places",
        hints=(
            "How many places back does what followed stand, for a length L and a gap G?",
            "The head chooses weights w_d that add up to 1 and gets the sum of w_d P(d). Where "
            "should all of the weight go?",
            "Draw the table of all lengths and gaps and mark the pairs with the same sum. How long "
            "is the longest diagonal of an n by m table, and what share of the table is it?",
        ),
        probes=cases(scores.draw_ranges, ((5, 3), (4, 11), (7, 7), (1, 6), (13, 1))),
        oracle=scores.score_is(lambda case: float(scores.chances(case).max())),
        magnitude=scores.score_magnitude,
        misconceptions=scores.POSITIONAL_SHORTCUT,
    ),
    exercise(
        id="copying-score",
        points=2,
        title="The copying score",
        minutes=10,
        difficulty=2,
        importance=2,
        section=f"{PAPER}, head activation evaluators",
        asked="how far a head raises the logits of what it attends to, from -1 to 1",
        hints=(
            "Take the mean over symbols off what the head writes after each token. What is left "
            "above 0 counts as raised.",
            "raised[t, symbols[i]] is how far token t raises the symbol of token i. Which weights "
            "belong in front of it?",
            "Divide the weighted sum over i by all that is raised after token t. What turns a "
            "share from 0 to 1 into a score from -1 to 1?",
        ),
        probes=cases(scores.draw_copying, ((13, 11), (23, 7), (11, 5), (17, 29))),
        oracle=scores.score_is(scores.copying_score),
        magnitude=scores.copying_magnitude,
        misconceptions=scores.COPYING_SCORE,
    ),
    exercise(
        id="ablation",
        points=3,
        title="Silence a head, in two ways",
        minutes=15,
        difficulty=2,
        importance=3,
        section=f"{PAPER}, appendix on ablations",
        asked="the logits without one head: in full, and with the patterns frozen",
        hints=(
            "What does a head add to the stream, and which of its four matrices can be set to zero "
            "so that it adds nothing?",
            "For the second result the net runs twice. What must the first run hand to the second?",
            "causal.attention_pattern gives the patterns of a layer, causal.head_outputs what each "
            "head adds under given patterns. Which stream does each of them read in the second "
            "run?",
        ),
        probes=cases(
            nets.draw_ablation,
            (
                (11, 13, 7, 5, 2, 7, 4, 3, 0, 2),
                (7, 19, 11, 6, 2, 5, 3, 4, 1, 0),
                (5, 8, 3, 7, 4, 5, 2, 3, 2, 1),
                (17, 11, 11, 7, 5, 4, 2, 3, 0, 1),
            ),
        ),
        oracle=nets.ablated,
        magnitude=nets.magnitude,
        misconceptions=nets.ABLATION,
    ),
)

PREDICTIONS = (
    Prediction(
        id="frozen-previous-token",
        lesson=LESSON,
        right="b",
        choices={
            "a": "In a full ablation that is so. But here layer 2 gets the pattern that it had "
            "when the head still spoke. Which matrices of layer 2 can still miss what the head "
            "wrote?",
            "b": "Yes. The head matters because layer 2 finds its keys by what it wrote: it acts "
            "through a pattern. The pattern is frozen, so the induction head still attends to the "
            "right token and still copies it. Run the next cell and compare.",
            "c": "For that, half of the head's work would have to go round the frozen pattern. "
            "Follow what the head writes: into keys of layer 2, into its values, into the logits. "
            "Which of these does the frozen pattern replace?",
            "d": "If the head had been in the way, silencing it in full would help too, and there "
            "the loss rises. What does the frozen pattern keep?",
        },
    ),
)
