import boto3
from boto3.session import Session as S
import yaml as y, typed
from google.cloud import storage
from google.cloud.storage.x import y as z
import rest_framework
