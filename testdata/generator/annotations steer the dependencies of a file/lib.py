# gazelle:ignore foo,bar.baz
  # gazelle:include_dep //foo:bar,:other
import foo
from foo import x
import bar.baz
from bar.baz import y
import boto3
from a.b import c
#gazelle:include_dep @pip//x:x  
import os # gazelle:include_dep //behind:code
from wrapped import (  # gazelle:ignore wrapped
    thing,
)
TEXT = """
# gazelle:include_dep //in:string
"""
# gazelle:unknown value
