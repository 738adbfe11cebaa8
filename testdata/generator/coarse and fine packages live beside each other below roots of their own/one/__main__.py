import boto3
from bar import bar
from bar.baz import baz
from foo import foo
import root_pip
