"""The rules: pure functions over values. No clock, no table, no network; time is an argument."""
