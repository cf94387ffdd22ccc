"""What is handed in: archives, links, pipes, names."""

import io
import os
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from .case import Archive, Build, Cases, Places, Tree

CASES = Cases("archives")
MEMBER = "one_layer_is_one_step.ipynb"


def _text(notebook: NotebookNode) -> bytes:
    return nbformat.writes(notebook).encode()


def _zipped(*members: tuple[str | zipfile.ZipInfo, bytes], compress: int = 0) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compress) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return content.getvalue()


def _info(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def archive(make: Callable[[bytes], bytes], name: str | None = None) -> Build:
    """Hand in what `make` makes of the bytes of the empty notebook."""
    return lambda release, right: Archive(make(_text(release)), name)


def tree(make: Callable[[Path, Places, NotebookNode], None], learner: str | None = None) -> Build:
    """Lay out a folder below submitted/."""
    return lambda release, right: Tree(lambda folder, at: make(folder, at, release), learner)


def _bomb(gigabytes: int) -> bytes:
    """Return raw deflated zeros of this size, made of one block over and over."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(bytes(1 << 20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return block * (gigabytes * 1024) + zlib.compressobj(9, zlib.DEFLATED, -15).flush()


def _by_hand(
    name: bytes, packed: bytes, *, method: int = 8, flags: int = 0, size: int = 1000, crc: int = 0
) -> bytes:
    """Return a zip file with one member, whose header says what it is told to say."""
    fixed = struct.pack(
        "<HHHHHLLLHH", 20, flags, method, 0, 0, crc, len(packed), size, len(name), 0
    )
    local = b"PK\x03\x04" + fixed + name
    central = b"PK\x01\x02\x14\x03" + fixed + struct.pack("<HHHLL", 0, 0, 0, 0o644 << 16, 0) + name
    at = len(local) + len(packed)
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), at, 0)
    return local + packed + central + end


for name, attack, make in (
    ("zip-slip", "The member's name leads out of the archive.",
     lambda text: _zipped((f"../../../../../../tmp/{MEMBER}", text))),
    ("zip-slip-absolute", "The member's name is an absolute path into the class.",
     lambda text: _zipped((f"/tmp/{MEMBER}", text), ("/etc/cron.d/zoo", b"x"))),
    ("zip-slip-beside", "Members beside the notebook lead out, under odd names.",
     lambda text: _zipped((MEMBER, text), ("../@MARK@", b"x"), ("..\\..\\zoo.ipynb\x00", b"x"))),
    ("zip-damaged", "The archive's directory points beyond its end.",
     lambda text: _zipped((MEMBER, text))[:-40] + b"PK\x05\x06" + b"\xff" * 18),
    ("zip-wrong-sum", "The member's checksum is wrong.",
     lambda text: _by_hand(MEMBER.encode(), zlib.compress(text)[2:-4], size=len(text), crc=7)),
    ("zip-two-notebooks", "There are two notebooks in the archive.",
     lambda text: _zipped((MEMBER, text), ("other.ipynb", text))),
    ("zip-same-name-twice", "Two members have one name.",
     lambda text: _zipped((MEMBER, text)) and _twice(text)),
    ("zip-no-notebook", "There is no notebook in the archive.",
     lambda text: _zipped(("readme.txt", b"hello"))),
    ("zip-of-nothing", "The archive is empty.", lambda text: _zipped()),
    ("zip-in-zip", "The notebook is an archive, in which is an archive.",
     lambda text: _zipped((MEMBER, _zipped((MEMBER, _zipped((MEMBER, text))))))),
    ("zip-symlink-member", "The notebook in the archive is a link.",
     lambda text: _zipped((_info(MEMBER, stat.S_IFLNK | 0o777), b"/etc/passwd"))),
    ("zip-fifo-member", "The notebook in the archive is a fifo.",
     lambda text: _zipped((_info(MEMBER, stat.S_IFIFO | 0o666), text))),
    ("zip-encrypted", "The notebook is encrypted.",
     lambda text: _by_hand(MEMBER.encode(), os.urandom(100), flags=1)),
    ("zip-bomb", "Ten megabytes unpack to ten gigabytes, and say that they are a thousand bytes.",
     lambda text: _by_hand(MEMBER.encode(), _bomb(10))),
    ("zip-bomb-true", "A bomb that says how large it is.",
     lambda text: _by_hand(MEMBER.encode(), _bomb(3), size=3 << 30)),
    ("zip-lzma-memory", "The member wants four gigabytes of memory to be unpacked with.",
     lambda text: _by_hand(
         MEMBER.encode(), b"\x09\x04\x05\x00" + b"\x5d\xff\xff\xff\xff" + bytes(200), method=14)),
    ("zip-bzip2-garbage", "The member is packed with bzip2, and is garbage.",
     lambda text: _by_hand(MEMBER.encode(), b"BZh9" + bytes(200), method=12)),
    ("zip-unknown-method", "The member is packed with a method that nobody knows.",
     lambda text: _by_hand(MEMBER.encode(), text, method=77)),
    ("zip-many-members", "There are sixty thousand members.",
     lambda text: _zipped((MEMBER, text), *((f"{n}.txt", b"") for n in range(60_000)))),
    ("zip-odd-names", "Names of members are line ends, bytes, and ten thousand characters.",
     lambda text: _zipped(("a\nb\x07.ipynb", text), ("n" * 10_000, b""), ("\u202e.txt", b""))),
    ("not-a-zip", "The archive is a tar file by content.",
     lambda text: b"ustar  \x00" * 1000),
):  # fmt: skip
    CASES.add(name, attack, archive(make), recorded=None if "many" in name else True)


def _twice(text: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(MEMBER, text)
        with_warning = zipfile.ZipInfo(MEMBER.replace("one", "two", 1))
        archive.writestr(with_warning, text)
    return content.getvalue().replace(b"two_layer_is_one", b"one_layer_is_one")


NAMED = "02_one_layer_is_one_step_{learner}_attempt_2026-01-02-030405_one_layer_is_one_step"
for name, attack, file_name in (
    ("name-option", "The file's name is an option.", "--help"),
    ("name-option-zip", "The file's name is an option, and a zip's.", "--lesson=02.zip"),
    ("name-lines", "The name has line ends and colours in it.", "a\n\x1b[31m" + NAMED + "\n.zip"),
    ("name-long", "The name is as long as a name can be.", "n" * 100 + NAMED + ".zip"),
    ("name-unicode", "The learner's name is in other letters.",
     NAMED.replace("{learner}", "\u202e\u043c\u0456\u0430") + ".zip"),
    ("name-dots", "The learner's name is two dots.", NAMED.replace("{learner}", "..") + ".zip"),
    ("name-lesson", "The lesson's name is another.",
     "99_no_such_lesson_{learner}_attempt_2026-01-02-030405_x.zip"),
    ("name-time", "The time has thirteen months, and forty o'clock.",
     NAMED.replace("2026-01-02-030405", "2026-13-42-406161") + ".zip"),
    ("name-year", "The time is in the year 9999, so that nothing later can replace it.",
     NAMED.replace("2026-01-02", "9999-12-31") + ".zip"),
    ("name-double", "The name holds another learner's whole name before its own.",
     "02_one_layer_is_one_step_neighbour_attempt_2027-01-02-030405_x.zip" + NAMED + ".zip"),
):  # fmt: skip
    CASES.add(name, attack, archive(lambda text: _zipped((MEMBER, text)), file_name), recorded=None)


def _link(target: str) -> Callable[[Path, Places, NotebookNode], None]:
    def make(folder: Path, places: Places, release: NotebookNode) -> None:
        folder.mkdir(parents=True)
        (folder / f"{places.SLUG}.ipynb").symlink_to(places.fill(target))

    return make


def _beside(lay: Callable[[Path, Places], None]) -> Callable[[Path, Places, NotebookNode], None]:
    """Hand in the empty notebook, and lay something beside it."""

    def make(folder: Path, places: Places, release: NotebookNode) -> None:
        folder.mkdir(parents=True)
        nbformat.write(release, folder / f"{places.SLUG}.ipynb")
        lay(folder, places)

    return make


def _instead(lay: Callable[[Path], None]) -> Callable[[Path, Places, NotebookNode], None]:
    """Put something else where the notebook should be."""

    def make(folder: Path, places: Places, release: NotebookNode) -> None:
        folder.mkdir(parents=True)
        lay(folder / f"{places.SLUG}.ipynb")

    return make


def _folder_link(target: str, *, owner: bool) -> Callable[[Path, Places, NotebookNode], None]:
    def make(folder: Path, places: Places, release: NotebookNode) -> None:
        place = folder.parent if owner else folder
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(places.fill(target))

    return make


def _links(targets: Sequence[str]) -> Callable[[Path, Places], None]:
    def lay(folder: Path, places: Places) -> None:
        for number, target in enumerate(targets):
            (folder / f"link{number}.txt").symlink_to(places.fill(target))

    return lay


def _sparse(folder: Path, places: Places) -> None:
    with (folder / "sparse.bin").open("wb") as file:
        file.truncate(20 << 30)


def _deep(folder: Path, places: Places) -> None:
    for _ in range(60):
        folder = folder / ("d" * 40)
    folder.mkdir(parents=True)
    (folder / "x").write_text("x")


def _many(folder: Path, places: Places) -> None:
    for number in range(20_000):
        (folder / f"{number}.txt").touch()


def _notebooks(folder: Path, places: Places) -> None:
    for name in ("other", f"{places.SLUG} ", "Copy of x", "--execute", "\u202e"):
        shutil.copyfile(folder / f"{places.SLUG}.ipynb", folder / f"{name}.ipynb")


def _timestamps(text: str | None) -> Callable[[Path, Places], None]:
    def lay(folder: Path, places: Places) -> None:
        if text is None:
            (folder / "timestamp.txt").symlink_to(places.fill("@CLASS@/.icl-course/class-secret"))
        else:
            (folder / "timestamp.txt").write_text(text)

    return lay


def _secretly_linked(folder: Path, places: Places) -> None:
    (folder / "more").symlink_to(places.fill("@CLASS@/.icl-course"))
    (folder / "loop").symlink_to(".")
    (folder / "up").symlink_to("..")


for name, attack, make in (
    ("link-to-solution", "The notebook is a link to the solved one.",
     _link("@CLASS@/solutions/@LESSON@/@SLUG@.ipynb")),
    ("link-to-neighbour", "The notebook is a link to another's right one.",
     _link("../../@NEIGHBOUR@/@LESSON@/@SLUG@.ipynb")),
    ("link-to-gradebook", "The notebook is a link to the gradebook.",
     _link("@CLASS@/gradebook.db")),
    ("link-to-nothing", "The notebook is a link to itself.", _link("@SLUG@.ipynb")),
    ("folder-link", "The lesson's folder is a link to another's.",
     _folder_link("@CLASS@/submitted/@NEIGHBOUR@/@LESSON@", owner=False)),
    ("owner-link", "The learner's folder is a link to another's.",
     _folder_link("@CLASS@/submitted/@NEIGHBOUR@", owner=True)),
    ("links-beside", "Links to secrets lie beside the notebook.",
     _beside(_links(["@CLASS@/.icl-course/class-secret", "@CLASS@/gradebook.db",
                     "@HOME@/.ssh/id_rsa", "@CLASS@/solutions/@LESSON@/@SLUG@.ipynb"]))),
    ("endless-links-beside", "Links to /dev/zero and to a fifo lie beside the notebook.",
     _beside(_links(["/dev/zero", "/dev/urandom", "/proc/kmsg"]))),
    ("folder-links-beside", "Links to folders, and to itself, lie beside the notebook.",
     _beside(_secretly_linked)),
    ("fifo-instead", "A fifo stands in the notebook's place.", _instead(os.mkfifo)),
    ("folder-instead", "A folder stands in the notebook's place.", _instead(Path.mkdir)),
    ("fifo-beside", "A fifo lies beside the notebook.",
     _beside(lambda folder, places: os.mkfifo(folder / "data.csv"))),
    ("socket-beside", "A socket lies beside the notebook.",
     _beside(lambda folder, places: _socket(folder))),
    ("sparse-beside", "A file of twenty gigabytes that takes no space lies beside the notebook.",
     _beside(_sparse)),
    ("deep-beside", "Folders as deep as can be lie beside the notebook.", _beside(_deep)),
    ("many-beside", "Twenty thousand files lie beside the notebook.", _beside(_many)),
    ("notebooks-beside", "Other notebooks lie beside the notebook, under odd names.",
     _beside(_notebooks)),
    ("timestamp-garbage", "The time of the submission is garbage.",
     _beside(_timestamps("<script>alert(1)</script>\x00 %s {}"))),
    ("timestamp-huge", "The time of the submission is a megabyte of digits.",
     _beside(_timestamps("9" * 1_000_000))),
    ("timestamp-link", "The time of the submission is a link to a secret.",
     _beside(_timestamps(None))),
    ("no-rights", "Nobody may read the notebook.",
     _beside(lambda folder, places: (folder / f"{places.SLUG}.ipynb").chmod(0))),
):  # fmt: skip
    CASES.add(name, attack, tree(make), recorded=None, seconds=30)


def _socket(folder: Path) -> None:
    import socket

    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)  # the path of a socket is short
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("sock")
    finally:
        os.fchdir(here)
        os.close(here)


for number, learner in enumerate(
    ("--help", "a b", "a\nb", "[red]x", "*", "{x}", "\u202eevil", "..x", "-", "<b>x", "$(id)", "%s")
):
    CASES.add(
        f"owner-{number}",
        f"The learner's folder is called {learner!r}.",
        tree(_beside(lambda folder, places: None), learner),
        recorded=None,
    )
