"""The tests, by kind: see the section on tests in CONTRIBUTING.md."""
