"""The finished model of a program: phases over the call graph, paths through code, and the questions of all rules."""
