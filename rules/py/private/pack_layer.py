"""Packs one layer of a container image: a tar file with some of what a manifest lists.

Links stay links. What a rule or an author wrote as a relative link keeps its text; a link by which Bazel says that
one file of the build is another one becomes a relative link to where that one is in the image. Anything else is packed
as what it leads to.
"""

import argparse
import bz2
import gzip
import lzma
import os
import posixpath
import re
import sys
import tarfile

_DEFAULT = "default"

# The first of January 2023. Archives of archives cannot have files from before 1980.
_TIME = 1672560000


class Entry:
    """One file, link or directory tree: where it goes, and its path relative to the current directory."""

    def __init__(self, place, path):
        self.place = place
        self.path = path


def read_manifest(path):
    """The lines of a manifest, directory trees taken apart; gives (line's own entry, its files) pairs."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            place, _, source = line.rstrip("\n").partition("\t")
            entry = Entry(place, source)
            if source and os.path.isdir(source) and authored_link(source, source) is None:
                yield (
                    entry,
                    [
                        Entry(posixpath.join(place, inner.replace(os.sep, "/")), os.path.join(source, inner))
                        for inner in sorted(_walk(source))
                    ],
                )
            else:
                yield entry, [entry]


def _walk(root):
    for directory, directories, files in os.walk(root):
        for name in files + [each for each in directories if os.path.islink(os.path.join(directory, each))]:
            yield os.path.relpath(os.path.join(directory, name), root)


def authored_link(path, name):
    """The text of a link that a rule or an author wrote; None if there is none.

    `path` is the file, and `name` its path in the build. A sandbox, or a tree of links to the sources, stands between
    the two: such a link is absolute and ends with the very same name.
    """
    while os.path.islink(path):
        text = os.readlink(path)
        if not os.path.isabs(text):
            return text
        if not text.endswith("/" + name):
            # To somewhere on the machine, such as its interpreter: the image has its own there. In sources it
            # is how a repository was put together.
            outside = "/execroot/" not in text and "/external/" not in text and "/bazel-out/" not in text
            return text if outside and name.startswith("bazel-out/") else None
        path = text
    return None


def places_by_file(entries):
    """Where each real file is in the image: for what several entries lead to, the one that is no link to it."""
    places = {}
    for entry in entries:
        if not entry.path or authored_link(entry.path, entry.path) is not None:
            continue
        real = os.path.realpath(entry.path)
        if real not in places or (_is_itself(real, entry.path) and not _is_itself(real, places[real].path)):
            places[real] = entry
    return {real: entry.place for real, entry in places.items()}


def _is_itself(real, path):
    return real.endswith("/" + path)


def relative_link(place, target):
    """The text of a link at one place of the image to another place."""
    return posixpath.relpath(target, posixpath.dirname(place) or ".")


class Layer:
    """A tar file that is the same whenever its content is."""

    def __init__(self, stream, owner, group):
        self._tar = tarfile.TarFile(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT)
        self._owner = owner
        self._group = group

    def _info(self, place, kind, mode):
        info = tarfile.TarInfo(place)
        info.type = kind
        info.mode = mode
        info.uid = self._owner
        info.gid = self._group
        info.mtime = _TIME
        return info

    def add_directory(self, place):
        """Adds a directory."""
        self._tar.addfile(self._info(place, tarfile.DIRTYPE, 0o755))

    def add_link(self, place, text):
        """Adds a symbolic link."""
        info = self._info(place, tarfile.SYMTYPE, 0o777)
        info.linkname = text
        self._tar.addfile(info)

    def add_file(self, place, path):
        """Adds a file: what is at a path, or nothing."""
        info = self._info(place, tarfile.REGTYPE, file_mode(path))
        if not path:
            self._tar.addfile(info)
            return
        info.size = os.path.getsize(path)
        with open(path, "rb") as file:
            self._tar.addfile(info, file)

    def close(self):
        """Writes the end of the file."""
        self._tar.close()


class Spec:
    """What a layer has, as mtree(5) says it: https://man.freebsd.org/cgi/man.cgi?query=mtree&sektion=5"""

    def __init__(self, stream, owner, group):
        self._stream = stream
        self._owner = owner
        self._group = group
        stream.write("#mtree\n")

    def _add(self, place, mode, kind):
        attributes = f"uid={self._owner} gid={self._group} time={_TIME} mode={mode:04o} type={kind}"
        self._stream.write(f"{_escaped(place)} {attributes}\n")

    def add_directory(self, place):
        """Adds a directory."""
        self._add(place, 0o755, "dir")

    def add_link(self, place, text):
        """Adds a symbolic link."""
        self._add(place, 0o777, "link link=" + _escaped(text))

    def add_file(self, place, path):
        """Adds a file: what is at a path, or nothing."""
        self._add(place, file_mode(path), "file content=" + _escaped(path or "/dev/null"))


def _escaped(text):
    return "".join(
        chr(byte) if 0x20 < byte < 0x7F and byte not in b"\\#" else f"\\{byte:03o}" for byte in text.encode()
    )


def file_mode(path):
    """The permissions of a packed file; without a path it is an empty one."""
    return 0o755 if path and os.access(path, os.X_OK) else 0o644


class Image:
    """What is at which place, all layers together."""

    def __init__(self, entries):
        self.entries = {entry.place: entry for entry in entries}
        self._places = places_by_file(self.entries.values())
        self._links = {
            entry.place: authored_link(entry.path, entry.path) for entry in self.entries.values() if entry.path
        }
        self._directories = {""}
        for place in self.entries:
            while place:
                place = posixpath.dirname(place)
                self._directories.add(place)

    def has(self, place, text):
        """Whether a relative link at a place leads to something in the image."""
        parts = text.split("/")[::-1]
        current = posixpath.dirname(place)
        for _ in range(1000):
            if not parts:
                return current in self.entries or current in self._directories
            part = parts.pop()
            if part == "..":
                current = posixpath.dirname(current)
                continue
            current = posixpath.join(current, part) if part not in ("", ".") else current
            link = self._links.get(current)
            if link is not None:
                if os.path.isabs(link):
                    # To what the image has anyway, such as an interpreter of its own.
                    return True
                parts += link.split("/")[::-1]
                current = posixpath.dirname(current)
        return False

    def link_text(self, entry):
        """What an entry is packed as, if it is a link; None for a file."""
        text = self._links.get(entry.place)
        if text is not None:
            # A relative link to what is not in the image would lead nowhere there, or to the wrong file.
            if os.path.isabs(text) or self.has(entry.place, text) or not os.path.isfile(entry.path):
                return text
            return None
        primary = self._places.get(os.path.realpath(entry.path), entry.place)
        return None if primary == entry.place else relative_link(entry.place, primary)

    def pack(self, layer, places):
        """Packs entries, with the directories that they are in."""
        made = set()
        for place in sorted(places):
            parts = place.split("/")
            for count in range(1, len(parts)):
                parent = "/".join(parts[:count])
                if parent not in made:
                    made.add(parent)
                    layer.add_directory(parent)
            self._pack_entry(layer, place)

    def _pack_entry(self, layer, place):
        entry = self.entries[place]
        text = self.link_text(entry) if entry.path else None
        if text is None:
            layer.add_file(place, entry.path)
        else:
            layer.add_link(place, text)


def layer_of(place, groups):
    """The first group whose expression matches."""
    for name, expression in groups:
        if expression.search("/" + place):
            return name
    return _DEFAULT


def compressed(path, method):
    """A stream that compresses into a file, the same way each time."""
    if method == "gzip":
        # No name and no time in the header.
        return gzip.GzipFile(filename="", fileobj=open(path, "wb"), mode="wb", compresslevel=6, mtime=0)
    return {"": open, "bzip2": bz2.open, "xz": lzma.open}[method](path, "wb")


def main():
    """Packs one layer, or says what each has."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--output", help="the layer to write")
    parser.add_argument("--compress", default="")
    parser.add_argument("--owner", type=int, default=0)
    parser.add_argument("--owner-group", type=int, default=0)
    parser.add_argument("--layer", help="the group that the layer has")
    parser.add_argument("--layer-group", action="append", default=[])
    parser.add_argument("--spec", action="append", default=[], help="GROUP=FILE to write what a group has to")
    parser.add_argument("--unused")
    arguments = parser.parse_args()
    groups = []
    for each in arguments.layer_group:
        name, _, expression = each.partition("=")
        try:
            groups.append((name, re.compile(expression)))
        except re.error as error:
            sys.exit(f"layer_groups: {name} = {expression}: {error}")

    lines = list(read_manifest(arguments.manifest))
    image = Image([entry for _, files in lines for entry in files])
    for each in arguments.spec:
        group, _, output = each.partition("=")
        with open(output, "w", encoding="utf-8") as stream:
            places = [place for place in image.entries if layer_of(place, groups) == group]
            image.pack(Spec(stream, arguments.owner, arguments.owner_group), places)
    if arguments.output:
        _pack(arguments, lines, image, groups)


def _pack(arguments, lines, image, groups):
    mine = {place for place in image.entries if layer_of(place, groups) == arguments.layer}
    stream = compressed(arguments.output, arguments.compress)
    layer = Layer(stream, arguments.owner, arguments.owner_group)
    image.pack(layer, mine)
    layer.close()
    stream.close()
    if arguments.unused:
        used = {line.path for line, files in lines if any(entry.place in mine for entry in files)}
        with open(arguments.unused, "w", encoding="utf-8") as unused:
            for line, _ in lines:
                if line.path and line.path not in used:
                    unused.write(line.path + "\n")


if __name__ == "__main__":
    main()
