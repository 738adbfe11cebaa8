"""Packs one layer of a container image: a tar file with some of what a manifest lists.

Links stay links. What a rule or an author wrote as a relative link keeps its text; a link by which Bazel says that
one file of the build is another one becomes a relative link to where that one is in the image. Anything else is packed
as what it leads to.
"""

import argparse
import bz2
import gzip
import io
import lzma
import os
import posixpath
import re
import sys
import tarfile

_DEFAULT = "default"


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
        self._directories = set()

    def _info(self, place, mode):
        info = tarfile.TarInfo(place)
        info.mode = mode
        info.uid = self._owner
        info.gid = self._group
        info.mtime = 0
        return info

    def _add_parents(self, place):
        parts = place.split("/")[:-1]
        for count in range(1, len(parts) + 1):
            parent = "/".join(parts[:count])
            if parent not in self._directories:
                self._directories.add(parent)
                info = self._info(parent, 0o755)
                info.type = tarfile.DIRTYPE
                self._tar.addfile(info)

    def add_link(self, place, text):
        """Adds a symbolic link."""
        self._add_parents(place)
        info = self._info(place, 0o777)
        info.type = tarfile.SYMTYPE
        info.linkname = text
        self._tar.addfile(info)

    def add_file(self, place, content, executable):
        """Adds a file."""
        self._add_parents(place)
        info = self._info(place, 0o755 if executable else 0o644)
        info.size = len(content)
        self._tar.addfile(info, io.BytesIO(content))

    def close(self):
        """Writes the end of the file."""
        self._tar.close()


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

    def add_to(self, layer, place):
        """Packs one entry."""
        entry = self.entries[place]
        if not entry.path:
            layer.add_file(place, b"", False)
            return
        text = self.link_text(entry)
        if text is not None:
            layer.add_link(place, text)
            return
        with open(entry.path, "rb") as file:
            content = file.read()
        layer.add_file(place, content, os.access(entry.path, os.X_OK))


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
    """Packs one layer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--compress", default="")
    parser.add_argument("--owner", type=int, default=0)
    parser.add_argument("--owner-group", type=int, default=0)
    parser.add_argument("--layer", required=True)
    parser.add_argument("--layer-group", action="append", default=[])
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
    mine = {place for place in image.entries if layer_of(place, groups) == arguments.layer}
    stream = compressed(arguments.output, arguments.compress)
    layer = Layer(stream, arguments.owner, arguments.owner_group)
    for place in sorted(mine):
        image.add_to(layer, place)
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
