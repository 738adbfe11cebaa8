import open_greeting

assert open_greeting
