"""Writes two layer tars, DIR/pax.tar and DIR/gnu.tar, with what programs seldom put into a layer.

Usage: hazard_layers.py DIR. They go on top of the image that build-image.sh makes, and refer to its files.
"""

import io
import sys
import tarfile

MTIME = 1_600_000_000


class Layer:
    """A tar of changes. An entry's name may hold any bytes but NUL, written as surrogate escapes."""

    def __init__(self, path, format):
        self.tar = tarfile.open(path, "w", format=format, encoding="utf-8", errors="surrogateescape")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tar.close()

    def entry(self, name, kind, mode, content=b"", pax=None, **fields):
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.mtime, info.size = kind, mode, MTIME, len(content)
        info.pax_headers = pax or {}
        for field, value in fields.items():
            setattr(info, field, value)
        self.tar.addfile(info, io.BytesIO(content) if content else None)

    def file(self, name, content=b"some bytes\n", mode=0o644, **more):
        self.entry(name, tarfile.REGTYPE, mode, content, **more)

    def directory(self, name, mode=0o755, **more):
        self.entry(name, tarfile.DIRTYPE, mode, **more)

    def link(self, name, target):
        self.entry(name, tarfile.LNKTYPE, 0o644, linkname=target)

    def symlink(self, name, target):
        self.entry(name, tarfile.SYMTYPE, 0o777, linkname=target)

    def whiteout(self, name):
        head, _, tail = name.rpartition("/")
        self.entry(f"{head}/.wh.{tail}", tarfile.REGTYPE, 0)

    def opaque(self, directory):
        self.entry(f"{directory}/.wh..wh..opq", tarfile.REGTYPE, 0)


def raw(data):
    return data.decode("utf-8", "surrogateescape")


def pax_layer(path):
    with Layer(path, tarfile.PAX_FORMAT) as layer:
        layer.directory("etc")
        layer.whiteout("etc/issue")  # of a file
        layer.directory("etc/apt")
        layer.opaque("etc/apt")  # hides what is below, not what this layer brings
        layer.file("etc/apt/all-that-is-left")
        layer.directory("srv/app")
        layer.whiteout("srv/app/link")  # of a symlink
        layer.directory("usr/share")
        layer.whiteout("usr/share/licences-moved")  # of a directory
        layer.directory("srv/hazards", 0o2755)

        # hard links: in a chain, and to a file of a lower layer, which stays in its own link group
        layer.file("srv/hazards/one", b"three names\n")
        layer.link("srv/hazards/two", "srv/hazards/one")
        layer.link("srv/hazards/three", "srv/hazards/two")
        layer.link("srv/hazards/third-name-of-main", "srv/app/main")

        layer.file("srv/hazards/attributes", pax={
            "SCHILY.xattr.user.text": "value",
            "SCHILY.xattr.trusted.only-root": "yes",
        })
        layer.file("srv/hazards/capable", b"#!/bin/sh\n", 0o755, pax={
            # version 2, effective, permitted: cap_net_bind_service
            "SCHILY.xattr.security.capability":
                raw(bytes.fromhex("0100000200040000000000000000000000000000")),
        })
        layer.file("srv/hazards/nanoseconds", pax={"mtime": f"{MTIME}.123456789"})
        layer.file("srv/hazards/foreign", uid=3_000_000_000, gid=2_097_152)  # beyond 31 and 21 bits
        layer.file("srv/hazards/set-user-and-group-id", b"#!/bin/sh\n", 0o6755)
        layer.directory("srv/hazards/sticky", 0o1777)
        layer.entry("srv/hazards/fifo", tarfile.FIFOTYPE, 0o600)
        layer.entry("srv/hazards/null", tarfile.CHRTYPE, 0o666, devmajor=1, devminor=3)
        layer.entry("srv/hazards/block", tarfile.BLKTYPE, 0o660, gid=6, devmajor=259, devminor=70_000)
        layer.file("srv/hazards/" + "n" * 255)
        layer.symlink("srv/hazards/long-target", "/".join(["target" * 10] * 20))
        layer.file("srv/hazards/tab\tnewline\nquote'\"\\ 名é")
        layer.file("srv/hazards/nothing", b"")
        layer.file("srv/hazards/at-4-KiB", b"a" * 4096)
        layer.file("srv/hazards/past-4-KiB", b"a" * 4097)

        # kinds that change: a directory replaced by a symlink, a symlink by a directory
        layer.symlink("etc/cron.daily", "cron.d")
        layer.directory("srv/app/dangling")
        layer.file("srv/app/dangling/below")


def gnu_layer(path):
    with Layer(path, tarfile.GNU_FORMAT) as layer:
        layer.directory("srv/gnu")
        layer.file(raw(b"srv/gnu/not utf-8 \xe9\xff"))
        deep = "srv/gnu"
        for _ in range(3):  # beyond 100 bytes: @LongLink
            deep += "/" + "long" * 30
            layer.directory(deep, 0o750)
        layer.file(deep + "/file")
        layer.symlink("srv/gnu/long-target", "t" * 300)
        layer.file("srv/gnu/base-256", uid=4_000_000_000, gid=2_500_000)
        layer.file("srv/gnu/twice", b"the first of two entries\n")
        layer.file("srv/gnu/twice", b"the second of two entries wins\n", 0o600)


pax_layer(f"{sys.argv[1]}/pax.tar")
gnu_layer(f"{sys.argv[1]}/gnu.tar")
