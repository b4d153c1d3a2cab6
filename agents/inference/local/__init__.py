"""The local tier: a transformers model in the worker's own process, on a CPU or a GPU. See docs/local-models.md."""
