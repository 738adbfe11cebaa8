import third.part.x
import third.other
import own.x
import gen.one.thing
import gen.two.thing
import json
