from shop import models

operations = [models.Item]
