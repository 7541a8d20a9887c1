"""Unison on one machine: its environment, its embedded servers, the processes of `up` and `test`."""
