import greeter

assert greeter.greeting("report") == "Hello, report!"
