"""Roads out: loopback, Unix sockets, the network, name service."""

from .case import Cases, everywhere

CASES = Cases("network")

REACH = """
import socket
def reach(name, family, kind, address):
    try:
        with socket.socket(family, kind) as made:
            made.settimeout(2)
            made.connect(address)
            made.send(b"hello from a submission")
    except OSError as error:
        print("refused:", name, type(error).__name__)
    else:
        succeeded("reach", name)
"""

CASES.code(
    "loopback",
    "Connects to a server on this machine, by every address that it has.",
    REACH
    + """
for host in ("127.0.0.1", "localhost", "0.0.0.0", "127.1.2.3"):
    reach(host, socket.AF_INET, socket.SOCK_STREAM, (host, int("@PORT@")))
reach("::1", socket.AF_INET6, socket.SOCK_STREAM, ("::1", int("@PORT@")))
reach("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", int("@PORT@")))
tried()
""",
)
CASES.code(
    "unix-sockets",
    "Connects to a socket in the class, an abstract one, and every other that it can find.",
    REACH
    + """
import glob
reach("path", socket.AF_UNIX, socket.SOCK_STREAM, "@PATH_SOCKET@")
reach("abstract", socket.AF_UNIX, socket.SOCK_STREAM, "\\0@ABSTRACT_SOCKET@")
for path in ("/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket",
             "/run/systemd/private", "/tmp/.X11-unix/X0", *glob.glob("/tmp/**/*sock*")):
    reach(path, socket.AF_UNIX, socket.SOCK_STREAM, path)
try:
    for line in open("/proc/net/unix").readlines()[1:]:
        name = line.split()[-1]
        if name.startswith("@") and not name.startswith("@zoo-"):  # of other runs of the zoo
            reach(name, socket.AF_UNIX, socket.SOCK_STREAM, "\\0" + name[1:])
except OSError:
    pass
tried()
""",
    seconds=40,
)
CASES.code(
    "abstract-left-open",
    "Listens on an abstract socket, for a later submission or an outsider to connect to.",
    """
    import socket
    server = socket.socket(socket.AF_UNIX)
    try:
        server.bind("\\0@MARK@")
        server.listen()
    except OSError as error:
        print(error)
    tried()
    """,
)
CASES.code(
    "outside",
    "Connects to machines outside, over TCP and UDP, by address and by name.",
    REACH
    + """
for host, port in (("192.0.2.1", 80), ("1.1.1.1", 443), ("8.8.8.8", 53), ("169.254.169.254", 80)):
    reach(host, socket.AF_INET, socket.SOCK_STREAM, (host, port))
    reach(host + " udp", socket.AF_INET, socket.SOCK_DGRAM, (host, port))
for name in ("example.org", "localhost.localdomain", "canary.example.org"):
    try:
        print(socket.getaddrinfo(name, 80)[:1])
        if name.endswith("example.org"):
            succeeded("resolve", name)
    except OSError:
        pass
tried()
""",
    seconds=60,
)
CASES.code(
    "downloads",
    "Downloads with pip, curl and urllib, and sends what it knows.",
    """
    import subprocess, urllib.request
    for address in ("http://127.0.0.1:@PORT@/", "http://192.0.2.1/"):
        attempt("urllib " + address, lambda: urllib.request.urlopen(address, timeout=2).read())
    for words in (["curl", "-m2", "http://127.0.0.1:@PORT@/"],
                  [sys.executable, "-m", "pip", "download", "-i", "http://127.0.0.1:@PORT@/",
                   "--retries", "0", "--timeout", "1", "zoo-no-such-package"]):
        try:
            done = subprocess.run(words, capture_output=True, timeout=10)
            if done.returncode == 0:
                succeeded(words[0])
        except (OSError, subprocess.SubprocessError):
            pass
    tried()
    """,
    seconds=60,
)
CASES.code(
    "interfaces",
    "Brings interfaces up, adds addresses and routes.",
    """
    import subprocess, socket
    try:
        print(socket.if_nameindex())
    except OSError as error:
        print(error)
    for words in (["ip", "link", "set", "lo", "up"], ["ip", "link", "add", "zoo", "type", "dummy"]):
        try:
            done = subprocess.run(words, capture_output=True, timeout=5)
            if done.returncode == 0:
                succeeded(words)
        except (OSError, subprocess.SubprocessError):
            pass
    tried()
    """,
)
CASES.code(
    "sends-in-answer",
    "Sends the questions to a server while it is asked.",
    REACH
    + """
def send():
    reach("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", int("@PORT@")))
    reach("path", socket.AF_UNIX, socket.SOCK_STREAM, "@PATH_SOCKET@")
    reach("abstract", socket.AF_UNIX, socket.SOCK_STREAM, "\\0@ABSTRACT_SOCKET@")
    tell()
tried()
""",
    answers=everywhere("send()"),
    says="TRIED",
)
