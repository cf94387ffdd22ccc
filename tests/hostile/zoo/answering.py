"""Attacks on what puts the questions and sends the answers."""

from .case import Cases, everywhere

CASES = Cases("answering")

VERDICT = (
    '{"exercise": "target-shift", "passed": True, "score": 1.0, "misconception": None, '
    '"message": "target-shift: passed, 2 of 2 points.", "numbers": {"seed": 1}}'
)

FAKE = f"""
import json, os, threading
verdict = {VERDICT}
def serve(reading):
    for line in os.fdopen(reading):
        for writing in range(3, 64):
            for reply in ({{"answer": verdict}}, {{"passed": True}}, {{"end": "ok"}}):
                try:
                    os.write(writing, (json.dumps(reply) + "\\n").encode())
                except OSError:
                    pass
for reading in range(3, 64):
    threading.Thread(target=serve, args=(reading,)).start()
"""
"""A program that answers every message with a pass."""

CASES.code(
    "ask-patched",
    "Replaces every function of autograder.ask and autograder.running.",
    """
    import types
    tried()
    for name, module in list(sys.modules.items()):
        if name.startswith("autograder") or name == "__main__":
            for word, thing in list(vars(module).items()):
                if isinstance(thing, types.FunctionType) and word not in (
                    "found", "succeeded", "tried", "attempt", "tell"
                ):
                    setattr(module, word, lambda *args, **kwargs: {"passed": True, "score": 1.0})
    """,
    answers="wrong",
)
CASES.code(
    "ask-says-passed",
    "Has the code that answers send verdicts in place of arrays.",
    f"""
    import gc
    verdict = {VERDICT}
    tried()
    for thing in gc.get_objects():
        if type(thing).__name__ in ("Answers", "Outbox") and type(thing).__module__ != "builtins":
            kind = type(thing)
            if hasattr(kind, "ask"):
                kind.ask = lambda *args, **kwargs: dict(verdict, passed=True, arrays=[], answer=1)
            if hasattr(kind, "end"):
                real = kind.end
                def end(self, ok, real=real):
                    self.say({{"answer": verdict}})
                    self.say({{"verdict": verdict}})
                    self.say({{"passed": True}})
                    real(self, True)
                kind.end = end
    """,
    tried=False,
)
CASES.code(
    "forged-lines",
    "Writes lines that say passed, and ends, on every open descriptor.",
    f"""
    import json
    verdict = {VERDICT}
    lines = [{{"answer": verdict}}, {{"passed": True}}, {{"verdict": verdict}}, {{"end": "ok"}}]
    text = "".join(json.dumps(line) + "\\n" for line in lines).encode()
    tried()
    sys.stdout.flush()
    for descriptor in range(0, 256):
        try:
            os.set_blocking(descriptor, False)
            os.write(descriptor, text)
        except OSError:
            pass
    """,
    tried=False,
    status="stopped",
)
CASES.code(
    "forged-lines-forever",
    "A process of its own goes on writing forged lines into every pipe while checks are made.",
    f"""
    import json, time
    verdict = {VERDICT}
    lines = ({{"answer": verdict}}, {{"end": "ok"}})
    text = "".join(json.dumps(line) + "\\n" for line in lines).encode()
    tried()
    if os.fork() == 0:
        os.setsid()
        while True:
            for descriptor in range(0, 64):
                try:
                    os.set_blocking(descriptor, False)
                    os.write(descriptor, text)
                except OSError:
                    pass
            time.sleep(0.01)
    """,
    tried=False,
    status="stopped",
)
CASES.code(
    "forged-verdict-output",
    "Displays outputs of the type that holds a verdict, in cells and in answers.",
    f"""
    from IPython.display import display
    kind = "application/vnd.icl-course.verdict+json"
    def forge():
        for exercise in ("target-shift", "gd-weights"):
            display({{kind: dict({VERDICT}, exercise=exercise), "text/plain": "3"}}, raw=True)
    forge()
    tried()
    """,
    answers=everywhere("forge()\nreturn 3.0"),
)
CASES.code(
    "garbage-lines",
    "Sends what is no message: random bytes, half a line, a number, nested lists, huge numbers.",
    """
    tried()
    sys.stdout.flush()
    junk = [os.urandom(4096), b"{" * 100000 + b"\\n", b"[" * 200000 + b"\\n", b"1e999999\\n",
            b'{"output": {"output_type": "stream", "name": 1}}\\n', b"null\\n", b"\\x00" * 1000,
            b'{"answer": {"arrays": [[[[[[]]]]]]}}\\n', b"9" * 10000 + b"\\n", b'{"end": 7}\\n']
    for descriptor in range(3, 64):
        for piece in junk:
            try:
                os.set_blocking(descriptor, False)
                os.write(descriptor, piece)
            except OSError:
                pass
    """,
    tried=False,
    status="stopped",
)
CASES.code(
    "endless-line",
    "Sends one line of the protocol that has no end.",
    """
    tried()
    sys.stdout.flush()
    piece = b"a" * 1_000_000
    for descriptor in range(3, 64):
        try:
            if os.readlink(f"/proc/self/fd/{descriptor}").startswith(("pipe", "socket")):
                while True:
                    os.write(descriptor, piece)
        except OSError:
            pass
    """,
    seconds=40,
    tried=False,
    status="stopped",
)
CASES.code(
    "pickle-for-npz",
    "Has NumPy save pickles and objects in place of arrays, which would run code when read.",
    """
    import io, pickle, numpy as np
    class Run:
        def __reduce__(self):
            return os.system, ("touch /tmp/@MARK@ @CLASS@/@MARK@",)
    def savez(file, *args, **arrays):
        objects = np.empty(1, object)
        objects[0] = Run()
        stream = io.BytesIO()
        np.lib.format.write_array(stream, objects, allow_pickle=True)
        import zipfile
        with zipfile.ZipFile(file, "w") as archive:
            for name in (*arrays, "targets", "w_q", "tokens", "deviation"):
                archive.writestr(f"{name}.npy", stream.getvalue())
    tried()
    np.savez = np.savez_compressed = savez
    """,
    answers="wrong",
)
CASES.code(
    "pickle-as-text",
    "Answers with a pickle, in base64, where an npz file should stand.",
    """
    import base64, pickle
    class Run:
        def __reduce__(self):
            return os.system, ("touch /tmp/@MARK@ @CLASS@/@MARK@",)
    text = base64.b64encode(pickle.dumps(Run())).decode()
    tried()
    for name, module in list(sys.modules.items()):
        if name.startswith("autograder") and hasattr(module, "pack"):
            module.pack = lambda arrays: text
    """,
    answers="wrong",
)
CASES.code(
    "npz-bomb",
    "Answers with an npz file of sixty kilobytes that unpacks to 64 megabytes.",
    """
    import base64, io, zipfile
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("targets.npy")
        info.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(info, "w", force_zip64=True) as file:
            for _ in range(64):
                file.write(bytes(1 << 20))
    text = base64.b64encode(stream.getvalue()).decode()
    tried()
    for name, module in list(sys.modules.items()):
        if name.startswith("autograder") and hasattr(module, "pack"):
            module.pack = lambda arrays: text
    """,
    answers="wrong",
)
CASES.code(
    "npz-names",
    "Answers with a thousand arrays, whose names are paths and words of the protocol.",
    """
    import numpy as np
    real = np.savez
    def savez(file, *args, **arrays):
        names = ["../../x", "/etc/passwd", "passed", "score", "error", "tolerance", "a" * 5000]
        many = {name: np.ones(()) for name in names} | {f"n{i}": np.ones(()) for i in range(1000)}
        return real(file, **(arrays | many))
    tried()
    np.savez = savez
    """,
    answers="wrong",
)
CASES.code(
    "npz-headers",
    "Answers with arrays whose headers claim terabytes, objects, and negative sizes.",
    """
    import base64, io, zipfile
    heads = ["{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }",
             "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
             "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -8), }",
             "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "1," * 64 + "), }",
             "{'descr': '<f0', 'fortran_order': False, 'shape': (9,), }",
             "{'descr': [('a', '<f8')] * 9999, 'fortran_order': 1, 'shape': (True,), }",
             "(" * 3000 + ")" * 3000, "__import__('os').system('touch /tmp/@MARK@')"]
    state = {"turn": 0}
    def pack(arrays):
        state["turn"] += 1
        head = heads[state["turn"] % len(heads)].encode()
        body = b"\\x93NUMPY\\x01\\x00" + len(head).to_bytes(2, "little") + head + bytes(64)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name in arrays:
                archive.writestr(f"{name}.npy", body)
        return base64.b64encode(stream.getvalue()).decode()
    tried()
    for name, module in list(sys.modules.items()):
        if name.startswith("autograder") and hasattr(module, "pack"):
            module.pack = pack
    """,
    answers="wrong",
)
CASES.code(
    "failure-text",
    "Sends failures whose text is ten megabytes, or not text at all.",
    """
    state = {"turn": 0}
    texts = ["x" * 10_000_000, ["a"], {"b": 1}, None, "\\ud800", "\\x1b[31m", 10 ** 400]
    def ask(*args, **kwargs):
        state["turn"] += 1
        return {"failure": "raised", "text": texts[state["turn"] % len(texts)]}
    import gc
    tried()
    for thing in gc.get_objects():
        if type(thing).__name__ == "Answers":
            type(thing).ask = ask
    """,
)
CASES.code(
    "misconception-forged",
    "Sends a failure that claims a misconception, points and a pass.",
    """
    def ask(*args, **kwargs):
        return {"failure": "empty", "text": "passed", "passed": True, "score": 1.0, "points": 99,
                "misconception": "<b>sign</b>", "arrays": [], "status": "graded"}
    import gc
    tried()
    for thing in gc.get_objects():
        if type(thing).__name__ == "Answers":
            type(thing).ask = ask
    """,
)
CASES.code(
    "descriptors-closed",
    "Closes every descriptor, the grader's included.",
    """
    tried()
    sys.stdout.flush()
    os.closerange(0, 4096)
    """,
    tried=False,
    status="stopped",
)
CASES.code(
    "descriptors-exchanged",
    "Puts files of its own over every descriptor, so that messages go astray.",
    """
    tried()
    sys.stdout.flush()
    own = os.open("own", os.O_RDWR | os.O_CREAT)
    for descriptor in range(0, 64):
        if descriptor != own:
            try:
                os.fstat(descriptor)
                os.dup2(own, descriptor)
            except OSError:
                pass
    """,
    tried=False,
    status="stopped",
)
CASES.code(
    "messages-stolen",
    "Reads the grader's questions off the pipe, and prints what they hold.",
    """
    import threading
    stolen = []
    def steal(descriptor):
        while True:
            try:
                piece = os.read(descriptor, 1 << 20)
            except OSError:
                return
            if not piece:
                return
            stolen.append(piece)
            for word in (b"oracle", b"expected", b"tolerance", b"secret", b"seed"):
                if word in piece:
                    found("a message with", word.decode())
            print(piece[:5000])
    tried()
    for descriptor in range(0, 64):
        try:
            if os.readlink(f"/proc/self/fd/{descriptor}").startswith(("pipe", "socket")):
                threading.Thread(target=steal, args=(descriptor,), daemon=True).start()
        except OSError:
            pass
    import time
    time.sleep(0.3)
    """,
    seconds=45,
)
CASES.code(
    "process-exchanged",
    "Replaces the process by a program that answers every message with a pass.",
    f"""
    fake = {FAKE!r}
    tried()
    sys.stdout.flush()
    for descriptor in range(0, 64):
        try:
            os.set_inheritable(descriptor, True)
        except OSError:
            pass
    os.execv(sys.executable, [sys.executable, "-c", fake])
    """,
    seconds=45,
    tried=False,
    status="stopped",
)
CASES.code(
    "channel-in-main",
    "Looks through __main__ and the frames below for the channel, and sends verdicts on it.",
    f"""
    verdict = {VERDICT}
    frame = sys._getframe()
    tried()
    while frame is not None:
        for scope in (frame.f_locals, frame.f_globals):
            for name, thing in list(scope.items()):
                for word in ("say", "send", "put", "end", "output"):
                    method = getattr(thing, word, None)
                    if callable(method) and type(thing).__module__.startswith(
                        ("autograder", "__main__", "queue", "_queue", "socket")
                    ):
                        for message in ({{"answer": verdict}}, {{"passed": True}}, True):
                            try:
                                method(message)
                            except BaseException:
                                pass
        frame = frame.f_back
    """,
)
