"""Scores of heads and of nets: loops over tokens in NumPy float64, and the wrong ways to count."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal

Made = Callable[[Case], float]


def draw_pattern(generator: np.random.Generator, n_tokens: int) -> np.ndarray:
    """Draw causal attention: rows that add up to 1, and nothing on what comes later."""
    powers = np.tril(np.exp(1.5 * generator.standard_normal((n_tokens, n_tokens))))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def draw_symbols(generator: np.random.Generator, n_tokens: int, n_symbols: int) -> np.ndarray:
    """Draw a prompt in which symbols stand once, twice and more often, also twice in a row.

    Its first symbol comes again, its last one has been before, and one stands nowhere else.
    """
    # Symbol 0 is the first; symbol n_symbols - 1 stands once, in the middle.
    symbols = generator.integers(0, n_symbols - 1, n_tokens)
    symbols[n_tokens // 2] = n_symbols - 1
    symbols[-1] = symbols[1] = generator.integers(1, n_symbols - 1)
    symbols[0] = symbols[n_tokens // 2 + 1] = 0
    at = n_tokens // 2 - 1
    symbols[at] = symbols[at - 1]
    return generator.permutation(n_symbols)[symbols].astype(np.int32)


def draw_prefix(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw attention and a prompt."""
    n_tokens, n_symbols = sizes
    return {
        "pattern": draw_pattern(generator, n_tokens),
        "symbols": draw_symbols(generator, n_tokens, n_symbols),
    }


def _places(case: Case, shift: int = 1) -> list[list[int]]:
    """Return for each token t the places i <= t whose symbol i - shift is that of t."""
    symbols = case["symbols"]
    return [
        [i for i in range(t + 1) if 0 <= i - shift < t and symbols[i - shift] == symbols[t]]
        for t in range(len(symbols))
    ]


def _mean_over_queries(
    case: Case,
    places: list[list[int]],
    value: Callable[[np.ndarray], float] = lambda weights: float(weights.sum()),
) -> float:
    pattern = float64(case, "pattern")[0]
    return float(np.mean([value(pattern[t, at]) for t, at in enumerate(places) if at]))


def prefix_matching(case: Case) -> float:
    """Return the attention to what followed earlier, averaged over tokens that stood before."""
    return _mean_over_queries(case, _places(case))


def _over_all(case: Case) -> float:
    places = _places(case)
    n_queries = sum(bool(at) for at in places)
    return prefix_matching(case) * n_queries / len(places)


def _wrapped(case: Case) -> float:
    """Let the last symbol stand before the first, as `roll` does."""
    symbols, places = case["symbols"], _places(case)
    for t, at in enumerate(places):
        if symbols[-1] == symbols[t]:
            at.insert(0, 0)
    return _mean_over_queries(case, places)


def _transposed(case: Case) -> float:
    pattern = float64(case, "pattern")[0]
    return float(np.mean([pattern[at, t].sum() for t, at in enumerate(_places(case)) if at]))


def score_is(made: Made) -> Callable[[Case], Arrays]:
    """Return an oracle that gives one number."""
    return lambda case: {"score": np.asarray(made(case))}


def score_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Weights add up to at most 1, and nothing else is added."""
    return {"score": np.asarray(1.0)}


def _score(name: str, made: Made, cause: str, question: str) -> Misconception:
    return Misconception(name, score_is(made), cause, question)


WHERE = "The prompt is A B C A. Which token should a head at the second A look at, and why?"
AVERAGE = "Of which tokens is the mean taken, and what is taken of each of them?"


PREFIX_MATCHING = (
    _score(
        "preceded",
        lambda case: _mean_over_queries(case, _places(case, shift=-1)),
        "attention to what came before the earlier symbol is counted, not to what came after.",
        WHERE,
    ),
    _score(
        "same-symbol",
        lambda case: _mean_over_queries(case, [at[:-1] for at in _places_of_same(case)]),
        "attention to the earlier symbol itself is counted.",
        WHERE,
    ),
    _score(
        "over-all-tokens",
        _over_all,
        "the sum is divided by the number of all tokens, those included whose symbol is new.",
        AVERAGE,
    ),
    _score(
        "nearest-only",
        lambda case: _mean_over_queries(case, [at[-1:] for at in _places(case)]),
        "of several places only the latest is counted.",
        AVERAGE,
    ),
    _score(
        "first-only",
        lambda case: _mean_over_queries(case, [at[:1] for at in _places(case)]),
        "of several places only the first is counted.",
        AVERAGE,
    ),
    _score(
        "mean-of-places",
        lambda case: _mean_over_queries(case, _places(case), lambda w: float(w.mean())),
        "the weights of several places are averaged, not added.",
        AVERAGE,
    ),
    _score(
        "per-pair",
        lambda case: float(
            np.mean(
                [
                    float64(case, "pattern")[0][t, i]
                    for t, at in enumerate(_places(case))
                    for i in at
                ]
            )
        ),
        "the mean is over pairs of tokens.",
        AVERAGE,
    ),
    _score(
        "largest",
        lambda case: _mean_over_queries(case, _places(case), lambda w: float(w.max())),
        "of several places only the one with the largest weight is counted.",
        AVERAGE,
    ),
    _score(
        "strictly-before",
        lambda case: _mean_over_queries(
            case, [[i for i in at if i < t] for t, at in enumerate(_places(case))]
        ),
        "a token's weight on itself is left out, where its symbol stands twice in a row.",
        "In A A, what followed the first A, and where does it stand?",
    ),
    _score(
        "wrapped",
        _wrapped,
        "the first token counts as following the last one.",
        "Which token stands before the first?",
    ),
    _score(
        "transposed",
        _transposed,
        "rows and columns of the pattern have changed places.",
        "In a_ti, which token asks?",
    ),
)


def _places_of_same(case: Case) -> list[list[int]]:
    """Return for each token the places up to itself that hold its symbol; the last is its own."""
    symbols = case["symbols"]
    return [[i for i in range(t + 1) if symbols[i] == symbols[t]] for t in range(len(symbols))]


def draw_copying(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a head's attention and what it writes, which leans to what it attends to."""
    n_tokens, n_symbols = sizes
    case = draw_prefix(generator, sizes)
    while True:
        written = normal(generator, n_tokens, n_symbols) + np.float32(generator.uniform(0.3, 0.7))
        written[np.arange(n_tokens)[:, None], case["symbols"]] += 2 * case["pattern"]
        # Something is raised after every token, also for whom another mean or fewer symbols count.
        wrongly = written > written.mean(axis=0) + 0.1
        in_prompt = (written > written.mean(axis=1, keepdims=True) + 0.1)[:, case["symbols"]]
        if wrongly.any(axis=1).all() and in_prompt.any(axis=1).all():
            return case | {"written": written}


def _shares(
    case: Case,
    *,
    centred: str = "over symbols",
    rectify: Callable[[np.ndarray], np.ndarray] = lambda x: np.where(x > 0, x, 0.0),
    pattern: Callable[[np.ndarray], np.ndarray] = lambda a: a,
    among: str = "all",
    is_pooled: bool = False,
) -> np.ndarray:
    """Return the share of what is raised that lies on what is attended to, token by token."""
    written, attention = float64(case, "written", "pattern")
    symbols = case["symbols"]
    if centred != "not":
        axis = 1 if centred == "over symbols" else 0
        written = written - written.mean(axis=axis, keepdims=True)
    raised, attention = rectify(written), pattern(attention)
    attended, whole = [], []
    for t in range(len(symbols)):
        attended.append(sum(attention[t, i] * raised[t, symbols[i]] for i in range(len(symbols))))
        if among == "all":
            whole.append(raised[t].sum())
        else:
            whole.append(raised[t, np.unique(symbols)].sum())
    if is_pooled:
        return np.asarray([sum(attended) / sum(whole)])
    return np.asarray(attended) / np.asarray(whole)


def copying_score(case: Case) -> float:
    """Return the mean share, taken to -1 to 1."""
    return float(np.mean(2 * _shares(case) - 1))


def copying_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """A share is off by eps times what is written over what is raised."""
    written = float64(case, "written")[0]
    raised = np.maximum(written - written.mean(axis=1, keepdims=True), 0).sum(axis=1)
    return {"score": np.asarray(2 * (np.abs(written).sum(axis=1) / raised).max())}


def _copied(name: str, cause: str, question: str, **wrong: object) -> Misconception:
    def made(case: Case) -> float:
        return float(np.mean(2 * _shares(case, **wrong) - 1))  # type: ignore[arg-type]

    return _score(name, made, cause, question)


def _on_the_largest(a: np.ndarray) -> np.ndarray:
    return (a == a.max(axis=1, keepdims=True)).astype(float)


ZERO = "If a constant were added to all logits after a token, should the score move?"
RAISED = "Which logits count as raised?"
WHOSE = "A head at t attends to i. Which symbol's logit should it raise if it copies?"
ENDS = "What is the score of a head that raises only what it attends to? Of one that never does?"


COPYING_SCORE = (
    _copied("not-centred", "the mean over symbols is not taken off.", ZERO, centred="not"),
    _copied(
        "centred-over-tokens",
        "the mean is taken over tokens, not over symbols.",
        ZERO,
        centred="over tokens",
    ),
    _copied("absolute", "lowered logits count like raised ones.", RAISED, rectify=np.abs),
    _copied(
        "squared", "what is raised is squared.", RAISED, rectify=lambda x: np.maximum(x, 0) ** 2
    ),
    _score(
        "unscaled",
        lambda case: float(_shares(case).mean()),
        "the share is not taken to the range from -1 to 1.",
        ENDS,
    ),
    _score(
        "half-ratio",
        lambda case: float(np.mean(4 * _shares(case) / (1 + _shares(case)) - 1)),
        "what is attended to stands on both sides of the ratio, which is then stretched.",
        ENDS,
    ),
    _copied(
        "pooled",
        "one ratio of sums over all tokens is taken, not the mean of each token's ratio.",
        "Should a token at which the head writes ten times as much count ten times?",
        is_pooled=True,
    ),
    _copied(
        "own-symbol",
        "the logit of the token's own symbol is looked at.",
        WHOSE,
        pattern=lambda a: np.eye(len(a)),
    ),
    _copied(
        "most-attended",
        "only the token with the largest weight counts as attended to.",
        "A head attends to two tokens, half and half, and raises both. What should its share be?",
        pattern=_on_the_largest,
    ),
    _copied(
        "transposed",
        "rows and columns of the pattern have changed places.",
        "In a_ti, which token asks?",
        pattern=lambda a: a.T,
    ),
    _copied(
        "prompt-only",
        "only symbols of the prompt count in the denominator.",
        "Does a head copy that mostly raises symbols that are not in the prompt?",
        among="prompt",
    ),
)


def draw_losses(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw logits and prompts; the last two sizes are the places, early and late."""
    n_sequences, n_tokens, n_symbols, early, late = sizes
    return {
        "logits": 2 * normal(generator, n_sequences, n_tokens, n_symbols),
        "symbols": generator.integers(0, n_symbols, (n_sequences, n_tokens)).astype(np.int32),
        "early": np.asarray(early),
        "late": np.asarray(late),
    }


def _loss(case: Case, place: int, *, behind: int = 1) -> np.ndarray:
    """Return each sequence's loss at a place, from the logits so many places before."""
    found = []
    for rows, symbols in zip(float64(case, "logits")[0], case["symbols"], strict=True):
        row = rows[place - behind]
        found.append(np.log(np.exp(row - row[symbols[place]]).sum()))
    return np.array(found)


def _ends(case: Case) -> tuple[int, int]:
    return int(case["early"]), int(case["late"])


def icl_score(case: Case, loss: Callable[[Case, int], float] | None = None) -> float:
    """Return the mean loss at the late place less that at the early one."""
    early, late = _ends(case)
    at = loss or (lambda case, place: float(_loss(case, place).mean()))
    return at(case, late) - at(case, early)


def icl_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Losses are differences of logits; a perplexity is never asked for."""
    return {"score": np.asarray(2 * np.abs(case["logits"]).max())}


def _moved(by: int, behind: int) -> Callable[[Case, int], float]:
    return lambda case, place: float(_loss(case, place + by, behind=behind).mean())


PLACE = "Which logits were made before token t was seen, and after all that precedes it was?"
UNIT = "How is the loss of one token defined here, and when is the mean taken?"


ICL_SCORE = (
    _score(
        "sign",
        lambda case: -icl_score(case),
        "the early loss comes first: the sign is wrong.",
        "Should learning from the prompt make the score negative or positive?",
    ),
    _score(
        "same-place",
        lambda case: icl_score(case, _moved(0, 0)),
        "token t is predicted from the logits after token t, which has then been seen.",
        PLACE,
    ),
    _score(
        "one-later",
        lambda case: icl_score(case, _moved(1, 1)),
        "the losses are those of the tokens after the two places.",
        PLACE,
    ),
    _score(
        "two-behind",
        lambda case: icl_score(case, _moved(0, 2)),
        "the logits are taken one place too early.",
        PLACE,
    ),
    _score(
        "bits",
        lambda case: icl_score(case) / np.log(2),
        "the loss is in bits.",
        "To which base is the logarithm?",
    ),
    _score(
        "probability",
        lambda case: icl_score(case, lambda c, p: float(-np.exp(-_loss(c, p)).mean())),
        "probabilities are compared, not their logarithms.",
        UNIT,
    ),
    _score(
        "log-of-mean",
        lambda case: icl_score(case, lambda c, p: float(-np.log(np.exp(-_loss(c, p)).mean()))),
        "the logarithm is taken of the mean probability.",
        UNIT,
    ),
    _score(
        "logits-for-log-probabilities",
        lambda case: icl_score(case, lambda c, p: -_bare(c, p)),
        "the logit itself is taken for the log probability.",
        "What is missing between logits and probabilities?",
    ),
    _score(
        "summed",
        lambda case: icl_score(case) * len(case["symbols"]),
        "losses are added up over sequences.",
        UNIT,
    ),
    _score(
        "up-to",
        lambda case: icl_score(
            case, lambda c, p: float(np.mean([_loss(c, q).mean() for q in range(1, p + 1)]))
        ),
        "losses are averaged over all tokens up to a place.",
        "Of which single token is the loss taken?",
    ),
    _score(
        "late-only",
        lambda case: float(_loss(case, _ends(case)[1]).mean()),
        "this is the late loss alone.",
        "With what is the late loss compared?",
    ),
)


def _bare(case: Case, place: int) -> float:
    rows = float64(case, "logits")[0][:, place - 1]
    return float(np.mean(rows[np.arange(len(rows)), case["symbols"][:, place]]))


def draw_ranges(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw where the ranges of lengths and gaps lie; the sizes are how many values they have."""
    n_lengths, n_gaps = sizes
    shortest = int(generator.integers(max(n_lengths, n_gaps) + 2, 40))
    return {
        "shortest": np.asarray(shortest),
        "longest": np.asarray(shortest + n_lengths - 1),
        "largest_gap": np.asarray(n_gaps - 1),
    }


def _counts(case: Case) -> tuple[int, int]:
    n_lengths = int(case["longest"]) - int(case["shortest"]) + 1
    return n_lengths, int(case["largest_gap"]) + 1


def chances(case: Case) -> np.ndarray:
    """Return the probability of each distance that can occur, by counting pairs."""
    n_lengths, n_gaps = _counts(case)
    counted: dict[int, int] = {}
    for length in range(n_lengths):
        for gap in range(n_gaps):
            counted[length + gap] = counted.get(length + gap, 0) + 1
    return np.array(list(counted.values())) / (n_lengths * n_gaps)


def _ranges(
    name: str, made: Callable[[int, int], float], cause: str, question: str
) -> Misconception:
    return _score(name, lambda case: made(*_counts(case)), cause, question)


BOTH = "A length of 5 with a gap of 2 and one of 6 with a gap of 1: can places tell them apart?"
BEST = "Weights on distances add up to 1. On which distances should a head put them?"


POSITIONAL_SHORTCUT = (
    _ranges("lengths-only", lambda n, m: 1 / n, "the gaps are left out.", BOTH),
    _ranges("gaps-only", lambda n, m: 1 / m, "the lengths are left out.", BOTH),
    _ranges(
        "one-pair",
        lambda n, m: 1 / (n * m),
        "this is the probability of one length with one gap; several give the same distance.",
        BOTH,
    ),
    _ranges(
        "all-distances-alike",
        lambda n, m: 1 / (n + m - 1),
        "this is what the same weight on every distance gets.",
        BEST,
    ),
    _ranges("smaller-range", lambda n, m: 1 / min(n, m), "the smaller range is taken.", BOTH),
    _score(
        "matched",
        lambda case: float((chances(case) ** 2).sum()),
        "this is what weights get that are equal to the probabilities.",
        BEST,
    ),
    _ranges(
        "one-too-few",
        lambda n, m: 1 / max(n - 1, m - 1),
        "the numbers of values are one too small.",
        "How many lengths are there from 3 to 5?",
    ),
    _ranges(
        "one-too-many",
        lambda n, m: 1 / max(n + 1, m + 1),
        "the numbers of values are one too large.",
        "How many gaps are there from 0 to 2?",
    ),
    _score(
        "longest",
        lambda case: 1 / (int(case["longest"]) + int(case["largest_gap"])),
        "this is an even share among all places of a round.",
        BEST,
    ),
)
