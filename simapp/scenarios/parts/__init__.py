"""The parts of a scenario document, one file per part."""
