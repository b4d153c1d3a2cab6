"""Reads people from files of other simulators; everything that cannot be used is reported with its row."""
