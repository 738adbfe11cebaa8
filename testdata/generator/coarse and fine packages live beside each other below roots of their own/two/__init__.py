from foo import foo
import boto3
