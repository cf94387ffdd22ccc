"""Answers that lie about what they are, and answers of every wrong kind."""

from .case import PLAIN_ZEROS, Cases, everywhere

CASES = Cases("lying")

CASES.code(
    "array-protocol",
    "Answers with objects whose __array__, __eq__ and __float__ say something else each time.",
    """
    import numpy as np
    class Chameleon:
        shape, dtype, size, ndim = (7, 2), np.dtype("float32"), 14, 2
        def __array__(self, *args, **kwargs):
            return np.full((7, 2), np.nan)
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __le__(self, other): return True
        def __gt__(self, other): return False
        def __float__(self): return 0.0
        def __sub__(self, other): return 0.0
        __rsub__ = __sub__
        def __hash__(self): return 0
        def __getattr__(self, name): return self
        def __call__(self, *args, **kwargs): return self
    tried()
    """,
    answers=everywhere("return Chameleon()"),
)
CASES.code(
    "array-subclass",
    "Answers with a subclass of ndarray whose arithmetic always finds 0.",
    """
    import numpy as np
    class Zero(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
            return np.zeros(self.shape)
        def __array_function__(self, function, types, args, kwargs):
            return True
        def astype(self, *args, **kwargs): return self
        def __sub__(self, other): return np.zeros(self.shape)
        __rsub__ = __sub__
    def zero(like): return np.full(np.shape(like), 5.0).view(Zero)
    tried()
    """,
    answers={
        "target-shift": "def target_shift(xs, ys, *more):\n    return zero(ys)",
        "linear-attention": "def linear_attention(params, tokens):\n    return zero(tokens)",
        "largest-deviation": "def largest_deviation(*given):\n    return zero(0.0)",
    },
)
CASES.code(
    "shape-lies",
    "Answers with objects whose shape, size and dtype are not those of what they hold.",
    """
    import numpy as np
    class Small:
        size, shape, dtype = 1, (1,), np.dtype("float32")
        def __array__(self, *args, **kwargs):
            return np.broadcast_to(np.float32(1), (1000, 1000, 1000))
        def __len__(self): return 3
        def __iter__(self): return iter(range(10 ** 9))
    tried()
    """,
    answers=everywhere("return Small()"),
    seconds=40,
)
CASES.code(
    "wrong-dtypes",
    "Answers with text, dates, complex numbers, Booleans and records.",
    "import numpy as np\ntried()",
    answers={
        "target-shift": "def target_shift(xs, ys, *more):\n    return np.asarray(ys).astype('U9')",
        "linear-attention": "def linear_attention(p, t):\n    return np.asarray(t) + 0j",
        "gd-weights": "def gd_weights(*given):\n    return np.zeros(3, [('w_q', 'f4')])",
        "gd-weights-w0": "def gd_weights_w0(*given):\n    return np.datetime64('2026-01-01')",
        "multi-output": "def multi_output_weights(*given):\n    return b'bytes'",
        "largest-deviation": "def largest_deviation(*given):\n    return True",
    },
)
CASES.code(
    "not-finite",
    "Answers with NaN and infinities of the right shape.",
    PLAIN_ZEROS + "import numpy as np\ntried()\n",
    answers={
        "target-shift": "def target_shift(xs, ys, *more):\n    return ys * np.nan",
        "linear-attention": "def linear_attention(p, t):\n    return t + np.inf",
        "gd-weights": "def gd_weights(n, d_x, rate):\n"
        "    return jax.tree.map(lambda w: w * np.nan, zeros(d_x + 1))",
        "gd-weights-w0": "def gd_weights_w0(n, w_0, rate):\n"
        "    return jax.tree.map(lambda w: w - np.inf, zeros(w_0.shape[1] + 1))",
        "largest-deviation": "def largest_deviation(*given):\n    return np.float32(np.nan)",
        "same-function-other-weights": "def other_weights(params, key):\n"
        "    return jax.tree.map(lambda w: w / 0, params)",
    },
)
CASES.code(
    "overflow-other-weights",
    "Answers with finite weights of 1e308, whose products overflow in the grader's arithmetic.",
    "import numpy as np\ntried()",
    answers={
        "same-function-other-weights": "def other_weights(params, key):\n"
        "    class Weights: pass\n    w = Weights()\n"
        "    for name in ('w_q', 'w_k', 'w_v', 'w_o'):\n"
        "        setattr(w, name, np.full(getattr(params, name).shape, 1e308))\n"
        "    return w",
    },
)
CASES.code(
    "overflow-weights",
    "Answers to build exercises with weights of 1e308, 1e-320 and -0.0.",
    "import numpy as np\nclass Weights: pass\n"
    "def full(d, value):\n    w = Weights()\n"
    "    for name in ('w_q', 'w_k', 'w_v'): setattr(w, name, np.full((1, 2, d), value))\n"
    "    w.w_o = np.full((1, d, 2), value)\n    return w\ntried()\n",
    answers={
        "gd-weights": "def gd_weights(n, d_x, rate):\n    return full(d_x + 1, 1e308)",
        "gd-weights-w0": "def gd_weights_w0(n, w, r):\n    return full(w.shape[1] + 1, 1e-320)",
        "multi-output": "def multi_output_weights(n, w, r):\n    return full(sum(w.shape), -0.0)",
    },
)
CASES.code(
    "many-heads",
    "Answers with hundreds of thousands of heads, over which the grader would loop.",
    "import numpy as np\nclass Weights: pass\n"
    "def heads(d):\n    w, n = Weights(), 990_000 // d\n"
    "    for name in ('w_q', 'w_k', 'w_v'): setattr(w, name, np.ones((n, 1, d), np.float32))\n"
    "    w.w_o = np.ones((n, d, 1), np.float32)\n    return w\ntried()\n",
    answers={
        "gd-weights": "def gd_weights(n, d_x, rate):\n    return heads(d_x + 1)",
        "gd-weights-w0": "def gd_weights_w0(n, w_0, r):\n    return heads(w_0.shape[1] + 1)",
        "multi-output": "def multi_output_weights(n, w_0, r):\n    return heads(sum(w_0.shape))",
        "same-function-other-weights": "def other_weights(params, key):\n"
        "    return heads(params.w_q.shape[2])",
    },
)
CASES.code(
    "wide-keys",
    "Answers with keys and values of a hundred thousand entries, and with none.",
    "import numpy as np\nclass Weights: pass\n"
    "def wide(d, n):\n    w = Weights()\n"
    "    for name in ('w_q', 'w_k', 'w_v'): setattr(w, name, np.ones((1, n, d), np.float32))\n"
    "    w.w_o = np.ones((1, d, n), np.float32)\n    return w\ntried()\n",
    answers={
        "gd-weights": "def gd_weights(n, d_x, rate):\n    return wide(d_x + 1, 90_000)",
        "gd-weights-w0": "def gd_weights_w0(n, w_0, r):\n    return wide(w_0.shape[1] + 1, 0)",
        "same-function-other-weights": "def other_weights(params, key):\n"
        "    return wide(params.w_q.shape[2], 80_000)",
    },
)
CASES.code(
    "no-heads",
    "Answers with weights that have no heads at all.",
    "import numpy as np\nclass Weights: pass\n"
    "def none(d):\n    w = Weights()\n"
    "    for name in ('w_q', 'w_k', 'w_v'): setattr(w, name, np.ones((0, 1, d), np.float32))\n"
    "    w.w_o = np.ones((0, d, 1), np.float32)\n    return w\ntried()\n",
    answers={
        "gd-weights": "def gd_weights(n, d_x, rate):\n    return none(d_x + 1)",
        "multi-output": "def multi_output_weights(n, w_0, r):\n    return none(sum(w_0.shape))",
        "same-function-other-weights": "def other_weights(params, key):\n"
        "    return none(params.w_q.shape[2])",
    },
)
CASES.code(
    "object-arrays",
    "Answers with arrays of objects that compare equal to everything.",
    """
    import numpy as np
    class Equal:
        def __eq__(self, other): return True
        def __sub__(self, other): return 0.0
        def __float__(self): return 0.0
    def objects(like):
        made = np.empty(np.shape(like), object)
        made[...] = Equal()
        return made
    tried()
    """,
    answers={
        "target-shift": "def target_shift(xs, ys, *more):\n    return objects(ys)",
        "linear-attention": "def linear_attention(params, tokens):\n    return objects(tokens)",
        "largest-deviation": "def largest_deviation(*given):\n    return objects(0.0)",
    },
)
CASES.code(
    "billion-elements",
    "Answers with views of 10^9 elements that take no memory until they are copied.",
    "import numpy as np\ntried()",
    answers=everywhere(
        "return np.broadcast_to(np.float64(1), (1000, 1000, 1000))",
    )
    | {
        "gd-weights": "def gd_weights(*given):\n    class W: pass\n    w = W()\n"
        "    w.w_q = w.w_k = w.w_v = w.w_o = np.broadcast_to(1.0, (10**4, 10**5, 1))\n    return w"
    },
)
CASES.code(
    "tracer-leak",
    "Answers with tracers that were leaked out of a traced function.",
    """
    import jax, jax.numpy as jnp
    leaked = []
    def leak(x):
        leaked.append(x)
        return x
    jax.jit(leak)(jnp.ones((7, 2)))
    jax.vmap(leak)(jnp.ones((7, 2)))
    tried()
    """,
    answers=everywhere("import random\nreturn random.choice(leaked)"),
)
CASES.code(
    "endless-values",
    "Answers with generators without end, lists within themselves, and awaitables.",
    """
    import itertools
    around = []
    around.append(around)
    deep = []
    for _ in range(100_000):
        deep = [deep]
    async def later(): return 1
    tried()
    """,
    answers={
        "target-shift": "def target_shift(*given):\n    return itertools.count()",
        "linear-attention": "def linear_attention(*given):\n    return around",
        "gd-weights": "def gd_weights(*given):\n    yield from itertools.count()",
        "gd-weights-w0": "async def gd_weights_w0(*given):\n    return 1",
        "multi-output": "def multi_output_weights(*given):\n    return deep",
        "largest-deviation": "def largest_deviation(*given):\n    return {1: around}",
        "same-function-other-weights": "def other_weights(*given):\n    return later()",
    },
)
CASES.code(
    "weights-change",
    "Answers with weights whose attributes are other arrays each time that one looks.",
    """
    import numpy as np
    class Weights:
        turn = 0
        def __getattr__(self, name):
            Weights.turn += 1
            return np.random.default_rng(Weights.turn).normal(size=(1, 4, 4))
    tried()
    """,
    answers=everywhere("return Weights()"),
)
CASES.code(
    "mock-of-everything",
    "Answers with mocks, that have every attribute and pass every test.",
    "from unittest.mock import MagicMock\ntried()",
    answers=everywhere("return MagicMock(size=4, shape=(1, 2, 3))"),
)
CASES.code(
    "reduces-to-command",
    "Answers with objects that run a command when something unpickles or copies them.",
    """
    class Run:
        def __reduce__(self):
            return os.system, ("touch @CLASS@/@MARK@ /tmp/@MARK@",)
        def __deepcopy__(self, memo): os.system("touch @CLASS@/@MARK@")
    tried()
    """,
    answers=everywhere("return [Run()]"),
)
CASES.code(
    "huge-integers",
    "Answers with integers of a million digits, and fractions of them.",
    "from fractions import Fraction\ntried()",
    answers=everywhere("return [10 ** 1_000_000, Fraction(1, 10 ** 100_000)]"),
    seconds=40,
)
CASES.code(
    "mutates-questions",
    "Overwrites the inputs in memory, hoping that the grader computes with them afterwards.",
    """
    import ctypes, numpy as np
    def wipe(value):
        try:
            for leaf in __import__("jax").tree.leaves(value):
                array = np.asarray(leaf)
                ctypes.memset(array.ctypes.data, 0, array.nbytes)
        except Exception:
            pass
    tried()
    """,
    answers={
        "target-shift": "def target_shift(xs, ys, w, rate):\n    wipe((xs, ys, w))\n    return ys",
        "linear-attention": "def linear_attention(params, tokens):\n"
        "    wipe((params, tokens))\n    return tokens",
        "same-function-other-weights": "def other_weights(params, key):\n"
        "    wipe(params)\n    return params",
    },
)
CASES.code(
    "answers-are-classes",
    "Hands in classes, partials and callables that lie about their class, as functions.",
    """
    import functools
    class Lie:
        __class__ = property(lambda self: type(print))
        __name__, __code__, __module__ = "<b>lie</b>", None, 7
        def __call__(self, *given): return Lie
        def __repr__(self): raise SystemExit
    tried()
    """,
    answers={
        "target-shift": "target_shift = Lie()",
        "linear-attention": "class linear_attention:\n    def __init__(self, *given): pass",
        "gd-weights": "gd_weights = functools.partial(Lie)",
        "gd-weights-w0": "gd_weights_w0 = 7",
        "multi-output": "import sys as multi_output_weights",
        "largest-deviation": "largest_deviation = type('x' * 10_000, (), {})",
        "same-function-other-weights": "other_weights = None",
    },
)
CASES.code(
    "first-call-only",
    "Answers right for the two sizes that practice uses, and not for the others.",
    """
    seen = []
    tried()
    """,
    answers={
        "target-shift": "import jax.numpy as jnp\n"
        "def target_shift(xs, ys, w_0, rate):\n"
        "    if xs.shape not in ((7, 3), (5, 2)): return ys\n"
        "    r = xs @ w_0.T - ys\n"
        "    return ys + rate * xs @ (r.T @ xs / len(xs)).T\n",
    },
)
