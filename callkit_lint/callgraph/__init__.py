"""Link: the summaries of a program become symbols, types and a call graph with conditions on its edges."""
