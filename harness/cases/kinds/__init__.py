"""The kinds of case that serve any subject. Those of one subject come from plugins: see `harness.cases.language`."""
