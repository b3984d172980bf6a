"""Files from outside: made safe in a process that can do nothing else, or refused in words.

`refusals` and `kinds` are the rules; `pictures` and `papers` make a file safe and run in the
workshop alone; `workshop` is our end of it and `bench` the other; `scanner` asks a virus scanner.
"""
