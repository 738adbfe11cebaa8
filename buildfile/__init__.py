"""Floor 1: a Bazel file as bytes.

Files, statements, calls, bindings, loads, edits, labels, the repository around them, and the plan that is
written in the end. Nothing here knows of any migration or language; nothing here but `writer` touches the disk
for writing.

A file is cut into top-level statements without parsing it (`statements`); a statement is parsed on demand
(`syntax`) for the positions of what stands in it (`calls`); what changes is always a set of byte ranges with new
text (`edits`). So bytes that no edit names cannot change.
"""
