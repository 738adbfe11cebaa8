import yaml
import boto3
