from .y import z
