"""The rules. A rule is two files: `<family>/<rule_name>.py` with one pure `check(program)` and one `RULE`, and its page
`<family>/<rule_name>.md`, whose examples run as tests. Nothing lists the rules: `callkit_lint.rulebook` finds them."""
