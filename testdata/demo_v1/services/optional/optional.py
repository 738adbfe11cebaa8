import greeter

print(greeter.greeting("optional"))
