from open_greeting import greet

assert greet() == "Hello, whoever!"
