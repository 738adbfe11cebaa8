import own.x
import json.decoder
