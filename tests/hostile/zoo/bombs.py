"""Bombs: processes, threads, memory, disk, descriptors, outputs, programs for XLA."""

from .case import Cases

CASES = Cases("bombs")

CASES.code(
    "fork-bomb",
    "Forks, and every fork forks.",
    """
    tried()
    sys.stdout.flush()
    while True:
        try:
            os.fork()
        except OSError:
            pass
    """,
    tried=False,
    seconds=60,
)
CASES.code(
    "fork-bomb-shell",
    "Starts the shell's fork bomb, and goes on as if nothing were.",
    """
    import subprocess
    subprocess.Popen(["/bin/bash", "-c", ":(){ :|:& };:"])
    tried()
    """,
    seconds=60,
)
CASES.code(
    "thread-bomb",
    "Starts threads until no more can be started.",
    """
    import threading, time
    count = 0
    try:
        for _ in range(100_000):
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
            count += 1
    except RuntimeError:
        pass
    if count > 5000:
        succeeded("threads", count)
    tried()
    """,
    seconds=60,
)
CASES.code(
    "memory-numpy",
    "Fills arrays of a gigabyte until there is no more.",
    """
    import numpy as np
    kept = []
    for _ in range(64):
        kept.append(np.full(1 << 27, 1.0))
    succeeded("64 gigabytes")
    """,
    says="ended|not yet|memory",
    seconds=60,
)
CASES.code(
    "memory-many-processes",
    "Fills 300 MB in each of a hundred processes.",
    """
    import time
    tried()
    sys.stdout.flush()
    for _ in range(100):
        try:
            if os.fork() == 0:
                kept = bytearray(os.urandom(1 << 20) * 300)
                time.sleep(1000)
        except OSError:
            pass
    time.sleep(3)
    """,
    tried=False,
    seconds=60,
)
CASES.code(
    "memory-slowly",
    "Takes memory in small pieces, from a process of its own, while the notebook goes on.",
    """
    import time
    tried()
    sys.stdout.flush()
    if os.fork() == 0:
        os.setsid()
        kept = []
        while True:
            kept.append(bytearray(os.urandom(1 << 12) * 1024))
            time.sleep(0.0005)
    """,
    last="import time\ntime.sleep(3)",
    tried=False,
    seconds=60,
)
CASES.code(
    "memory-in-answer",
    "Takes all memory while it is asked.",
    "tried()",
    answers={
        "target-shift": "import numpy as np\n"
        "def target_shift(xs, ys, w_0, rate):\n"
        "    return np.concatenate([np.full(1 << 27, 1.0) for _ in range(64)])"
    },
    says="ended|memory|Memory|raised|not yet",
    seconds=60,
)
CASES.code(
    "disk-bomb",
    "Fills its directory, /tmp, /dev/shm and every other place that it may write in.",
    """
    total = 0
    for place in (".", "/tmp", "/dev/shm", "/var/tmp", "/scratch", os.path.expanduser("~")):
        for number in range(64):
            try:
                with open(f"{place}/zoo-fill-{number}", "wb") as file:
                    for _ in range(64):
                        total += file.write(bytes(1 << 20))
            except OSError as error:
                print(place, number, type(error).__name__)
                break
    if total > 2 << 30:
        succeeded("bytes", total)
    tried()
    """,
    seconds=60,
)
CASES.code(
    "inode-bomb",
    "Makes files until no more can be made, and names as long as can be.",
    """
    count = 0
    for place in (".", "/tmp", "/dev/shm"):
        try:
            for number in range(200_000):
                open(f"{place}/{number}" + "n" * 200, "w").close()
                count += 1
        except OSError as error:
            print(place, type(error).__name__)
    if count > 100_000:
        succeeded("files", count)
    tried()
    """,
    seconds=60,
)
CASES.code(
    "sparse-file",
    "Makes files that say they have a terabyte, and leaves them in its directory.",
    """
    for place in (".", "/tmp", "/dev/shm"):
        try:
            with open(f"{place}/zoo-sparse", "wb") as file:
                file.truncate(1 << 40)
            succeeded("sparse", place)
        except OSError as error:
            print(place, type(error).__name__)
    tried()
    """,
)
CASES.code(
    "descriptor-bomb",
    "Opens files, pipes and sockets until no more can be opened, and keeps them.",
    """
    import socket
    kept = []
    try:
        for _ in range(1_000_000):
            kept.append(os.pipe())
            kept.append(socket.socketpair())
    except OSError:
        pass
    if len(kept) > 20_000:
        succeeded("descriptors", len(kept))
    kept.clear()
    tried()
    keep = []
    try:
        while True:
            keep.append(os.dup(1))
    except OSError:
        pass
    """,
)
CASES.code(
    "one-huge-line",
    "Prints half a gigabyte without a line end.",
    """
    tried()
    for _ in range(512):
        print("x" * (1 << 20), end="")
    """,
    seconds=60,
)
CASES.code(
    "million-prints",
    "Prints a million short lines, to both streams in turn.",
    """
    tried()
    for number in range(500_000):
        print(number)
        print(number, file=sys.stderr)
    """,
    seconds=60,
)
CASES.code(
    "stderr-flood",
    "Floods descriptors 1 and 2 from below Python, and from a child.",
    """
    import subprocess
    tried()
    piece = b"y" * (1 << 20)
    for _ in range(200):
        for descriptor in (1, 2):
            try:
                os.write(descriptor, piece)
            except OSError:
                pass
    subprocess.run("yes | head -c 200000000", shell=True)
    """,
    seconds=60,
)
CASES.code(
    "hundred-thousand-displays",
    "Displays a hundred thousand objects.",
    """
    from IPython.display import display
    tried()
    for number in range(100_000):
        display({"text/plain": str(number), "text/html": "<b>x</b>"}, raw=True)
    """,
    seconds=60,
)
CASES.code(
    "huge-displays",
    "Displays pictures and pages of a hundred megabytes.",
    """
    import base64
    from IPython.display import display
    tried()
    head = base64.b64encode(b"\\x89PNG\\r\\n\\x1a\\n").decode()
    display({"image/png": head + "A" * 100_000_000, "text/plain": "picture"}, raw=True)
    display({"text/html": "<p>" * 30_000_000, "text/plain": "page"}, raw=True)
    """,
    seconds=60,
)
CASES.code(
    "picture-bomb",
    "Displays a small PNG of a hundred thousand times a hundred thousand pixels.",
    """
    import base64, struct, zlib
    from IPython.display import display
    def chunk(name, content):
        return (struct.pack(">I", len(content)) + name + content
                + struct.pack(">I", zlib.crc32(name + content)))
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 1, 0, 0, 0, 0)
    packed = zlib.compressobj(9)
    body = b"".join(packed.compress(bytes(12_501)) for _ in range(20_000)) + packed.flush()
    png = b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body)
    png += chunk(b"IEND", b"")
    tried()
    display({"image/png": base64.b64encode(png).decode(), "text/plain": "p"}, raw=True)
    """,
    seconds=40,
)
CASES.code(
    "many-pictures",
    "Displays two hundred real figures of many megabytes together.",
    """
    import base64
    from IPython.display import display
    import io
    from PIL import Image
    file = io.BytesIO()
    Image.frombytes("RGB", (500, 500), os.urandom(750_000)).save(file, "PNG")
    content = base64.b64encode(file.getvalue()).decode()
    tried()
    for _ in range(200):
        display({"image/png": content, "text/plain": "p"}, raw=True)
    """,
    seconds=60,
)
CASES.code(
    "widget-messages",
    "Sends widget and comm messages, and views of widgets that are not there.",
    """
    from IPython.display import display
    kind = "application/vnd.jupyter.widget-view+json"
    state = "application/vnd.jupyter.widget-state+json"
    for number in range(2_000):
        display({kind: {"model_id": str(number), "version_major": 2}, "text/plain": "w"}, raw=True)
    display({state: {"state": {"a": {"model_name": "HTMLModel"}}}, "text/plain": "s"}, raw=True)
    try:
        from comm import create_comm
        for _ in range(10_000):
            create_comm(target_name="jupyter.widget", data={"state": {}})
    except Exception as error:
        print(type(error).__name__)
    tried()
    """,
    tried=False,
    seconds=40,
)
CASES.code(
    "deep-outputs",
    "Displays JSON that is nested a hundred thousand deep, in data and in metadata.",
    """
    from IPython.display import display
    deep = 1
    for _ in range(400):
        deep = {"a": [deep]}
    display({"application/json": deep, "text/plain": "deep"}, {"x": deep}, raw=True)
    tried()
    for _ in range(100_000):
        deep = [deep]
    try:
        display({"application/json": deep, "text/plain": "deep"}, {"x": deep}, raw=True)
    except RecursionError:
        pass
    import gc
    text = '{"output": {"output_type": "display_data", "metadata": {}, "data": '
    text += '{"application/json": ' + "[" * 100_000 + "]" * 100_000 + "}}}\\n"
    for thing in gc.get_objects():
        if type(thing).__name__ == "Outbox":
            thing._file.write(text)
            thing._file.flush()
    """,
    tried=False,
)
CASES.code(
    "odd-outputs",
    "Sends outputs with every field of the wrong kind: names, data, metadata, counts.",
    """
    import gc, json
    outputs = [
        {"output_type": "display_data", "data": {"text/html": [1, {}]}, "metadata": {"a": 1}},
        {"output_type": "display_data", "data": {"image/png": {"a": 1}}, "metadata": {}},
        {"output_type": "display_data", "data": {"text/plain": None, "": 1}, "metadata": {}},
        {"output_type": "display_data", "data": {"a/b+json": float("nan")}, "metadata": {}},
        {"output_type": "stream", "name": "../x", "text": "\\ud800 \\x00"},
        {"output_type": "stream", "name": "stderr", "text": "x", "extra": {"a": 1}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": [1, None, {"a": 2}]},
        {"output_type": "error", "ename": "\\ud800", "evalue": "<b>", "traceback": ["a"] * 9999},
        {"output_type": "execute_result", "data": {}, "metadata": {}, "execution_count": 10 ** 40},
        {"output_type": "execute_result", "data": {"text/plain": "3"}, "metadata": {},
         "execution_count": True, "transient": {"display_id": 1}},
    ]
    tried()
    for thing in gc.get_objects():
        if type(thing).__name__ == "Outbox":
            for output in outputs:
                thing._file.write(json.dumps({"output": output}) + "\\n")
            thing._file.flush()
    """,
)
CASES.code(
    "huge-exception",
    "Raises exceptions whose text, name and traceback are hundreds of megabytes.",
    """
    def dig(n):
        if n:
            dig(n - 1)
        raise ValueError("x" * 100_000_000)
    tried()
    dig(900)
    """,
    answers={
        "target-shift": "def target_shift(*given):\n"
        "    raise type('E' * 1_000_000, (Exception,), {})('x' * 100_000_000)",
        "gd-weights": "def gd_weights(*given):\n    return gd_weights(*given)",
        "linear-attention": "class Odd(Exception):\n"
        "    def __str__(self): raise Odd\n    __repr__ = __str__\n"
        "def linear_attention(*given):\n    raise Odd",
        "multi-output": "def multi_output_weights(*given):\n"
        "    raise ExceptionGroup('g', [ValueError('v' * 100_000)] * 1000)",
    },
    seconds=60,
)
CASES.code(
    "huge-result",
    "Ends a cell with a value whose repr is a gigabyte, or never ends.",
    """
    class Long:
        def __repr__(self): return "r" * 500_000_000
    tried()
    Long()
    """,
    last="""
    class Never:
        def __repr__(self):
            while True: pass
    Never()
    """,
    seconds=60,
)
CASES.code(
    "compile-bomb",
    "Has XLA compile a program of ten thousand lines.",
    """
    import jax, jax.numpy as jnp
    tried()
    sys.stdout.flush()
    def program(x):
        for number in range(10_000):
            x = jnp.sin(x) * number + jnp.cumsum(x)
        return x
    jax.jit(program)(jnp.ones(1000))
    """,
    seconds=60,
    tried=False,
    status="stopped|graded",
)
