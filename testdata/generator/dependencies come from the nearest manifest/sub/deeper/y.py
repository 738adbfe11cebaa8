import yaml.x
