"""Patches of what a comparison stands on: NumPy, JAX, builtins, `check` itself."""

from .case import Cases

CASES = Cases("patches")

CASES.code(
    "numpy-testing",
    "Replaces the assertions of numpy.testing and NumPy's comparisons.",
    """
    import numpy as np, numpy.testing
    for module in (np, np.testing):
        for name in dir(module):
            if "assert" in name or name in ("allclose", "isclose", "array_equal", "array_equiv"):
                setattr(module, name, lambda *args, **kwargs: True)
    tried()
    """,
    answers="wrong",
)
CASES.code(
    "numpy-reductions",
    "Replaces np.max, np.abs, np.isfinite, np.all and others, so that every error is 0.",
    """
    import numpy as np
    for name in ("abs", "absolute", "subtract", "max", "amax", "float64"):
        setattr(np, name, lambda *args, **kwargs: np.zeros(()))
    np.linalg.norm = lambda *args, **kwargs: 0.0
    np.isfinite = np.all = np.any = lambda *args, **kwargs: True
    np.argwhere = lambda *args, **kwargs: np.zeros((0, 1), int)
    tried()
    """,
    answers="wrong",
)
CASES.code(
    "ndarray-methods",
    "Puts methods that say 0 into the ndarray type itself, past its protection.",
    """
    import gc, ctypes
    import numpy as np
    inside = gc.get_referents(np.ndarray.__dict__)[0]
    for name in ("max", "min", "sum", "all", "any", "astype", "__sub__", "__le__", "__gt__"):
        inside[name] = lambda self, *args, **kwargs: 0.0
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(np.ndarray))
    tried()
    """,
    answers="wrong",
)
CASES.code(
    "jax-internals",
    "Replaces functions of jax.numpy, and what turns a JAX array into a NumPy one.",
    """
    import jax, jax.numpy as jnp, numpy as np
    for name in ("abs", "max", "allclose", "isclose", "subtract", "array_equal", "isfinite"):
        setattr(jnp, name, lambda *args, **kwargs: jnp.zeros(()))
    kind = type(jnp.zeros(2))
    try:
        kind.__array__ = lambda self, *args, **kwargs: np.zeros(self.shape)
        kind.__eq__ = lambda self, other: True
    except TypeError:
        pass
    jax.config.update("jax_disable_jit", True)
    tried()
    """,
    answers="wrong",
)
CASES.code(
    "builtins-compare",
    "Replaces builtins that a comparison uses: float, max, len, all, isinstance, zip, abs.",
    """
    import builtins
    tried()
    builtins.float = lambda *args: 0.0
    builtins.max = lambda *args, **kwargs: 0.0
    builtins.abs = lambda *args: 0.0
    builtins.all = lambda *args: True
    builtins.isinstance = lambda *args: True
    builtins.zip = lambda *args, **kwargs: iter(())
    builtins.len = lambda *args: 4
    """,
    answers="wrong",
    tried=False,
    status="stopped",
)
CASES.code(
    "builtins-print",
    "Replaces print, so that whatever is printed says that everything passed.",
    """
    import builtins
    tried()
    say = print
    builtins.print = lambda *args, **kwargs: say("passed, 16 of 16 points")
    """,
    last='print("nothing")',
)
CASES.code(
    "assertion-errors",
    "Makes the exceptions that a failed check raises harmless.",
    """
    import builtins
    class Harmless(Exception):
        def __new__(cls, *args):
            raise StopIteration
    tried()
    builtins.AssertionError = Harmless
    import autograder
    autograder.CheckFailed = Harmless
    for module in list(sys.modules.values()):
        if hasattr(module, "CheckFailed"):
            module.CheckFailed = Harmless
    """,
    answers="wrong",
)
CASES.code(
    "import-replaced",
    "Replaces builtins.__import__, so that the grader imports what the learner likes.",
    """
    import builtins, types
    real = builtins.__import__
    class Everything(types.ModuleType):
        def __getattr__(self, name):
            return lambda *args, **kwargs: None
    def lying(name, *args, **kwargs):
        if name.startswith("autograder"):
            return Everything(name)
        return real(name, *args, **kwargs)
    tried()
    builtins.__import__ = lying
    """,
    answers="wrong",
)
CASES.code(
    "check-redefined",
    "Binds the name check to a function that says that all is well.",
    """
    def check(exercise, answer):
        print(f"{exercise}: passed, full points.")
    tried()
    """,
)
CASES.code(
    "check-in-answers",
    "Binds check again inside each solution cell, and takes the check's exception away.",
    answers={
        "target-shift": "def check(*given):\n    return 16.0\ndef target_shift(*given):\n    pass",
        "linear-attention": "check = lambda *given: 16.0\nlinear_attention = check",
        "gd-weights": "from builtins import print as check\ndef gd_weights(*given): pass",
        "same-function-other-weights": "import autograder\nautograder.check = print\n"
        "other_weights = print",
    },
)
CASES.code(
    "check-patched",
    "Patches check and judge inside the autograder's own modules.",
    """
    import autograder, importlib
    class Passed:
        passed, score, misconception, message, numbers = True, 1.0, None, "passed", {}
        exercise, empty = "x", False
    for name in ("practice", "verdict", "ask", "running.publishing", "exercise", "grading"):
        try:
            module = importlib.import_module(f"autograder.{name}")
        except ImportError:
            continue
        for word in ("check", "judge", "verdict", "judge_cases", "publish_verdict"):
            if hasattr(module, word):
                setattr(module, word, lambda *args, **kwargs: Passed())
    autograder.check = autograder.judge = lambda *args, **kwargs: Passed()
    tried()
    """,
    answers="wrong",
)
CASES.code(
    "code-replaced",
    "Finds every function called check, judge, verdict or differences, and replaces its code.",
    """
    import gc, types
    class Passed:
        passed, score, misconception, message, numbers = True, 1.0, None, "passed", {}
        exercise, empty = "x", False
    sys.zoo_passed = Passed()
    def instead(*args, **kwargs):
        import sys
        return sys.zoo_passed
    def none(*args, **kwargs):
        return []
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and not thing.__closure__:
            if not (thing.__module__ or "").startswith("autograder"):
                continue
            if thing.__name__ in ("judge", "verdict", "judge_cases"):
                thing.__code__ = instead.__code__
            elif thing.__name__ in ("check", "differences", "_difference", "_recognise"):
                thing.__code__ = none.__code__
    tried()
    """,
    answers="wrong",
)
CASES.code(
    "tolerance-widened",
    "Gives every exercise that can be found a tolerance of 1e30.",
    """
    import gc
    for thing in gc.get_objects():
        if type(thing).__name__ in ("Exercise", "Difference"):
            found(type(thing).__name__)
            for name in ("rounding", "tolerance"):
                try:
                    object.__setattr__(thing, name, 1e30)
                except Exception:
                    pass
    try:
        from autograder.exercises import exercises
        for exercise in exercises().values():
            found(exercise.id)
            object.__setattr__(exercise, "rounding", 1e30)
    except ImportError:
        pass
    tried()
    """,
    answers="wrong",
)
CASES.code(
    "trace-function",
    "Sets trace and profile functions that turn every found error into 0.",
    """
    import threading
    def profile(frame, event, arg):
        for name in ("error", "gap", "ratio"):
            if name in frame.f_locals and frame.f_code.co_filename.find("autograder") >= 0:
                frame.f_locals[name] = 0.0
        return profile
    tried()
    threading.settrace(profile)
    threading.setprofile(profile)
    sys.settrace(profile)
    sys.setprofile(profile)
    """,
    answers="wrong",
)
