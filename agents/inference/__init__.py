"""Models that answer questions: any OpenAI-compatible endpoint, or a model loaded here."""
