"""Post text from a seeded grammar: phrases per topic, sentence frames, and a pool of distinct texts."""
