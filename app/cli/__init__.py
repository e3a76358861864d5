"""The command line: thin commands, each of which calls the core. A wrong input ends with code 2 and one clear line."""
