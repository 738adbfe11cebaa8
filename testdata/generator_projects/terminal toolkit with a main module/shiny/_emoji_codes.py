EMOJI = {"wave": "\N{WAVING HAND SIGN}"}
