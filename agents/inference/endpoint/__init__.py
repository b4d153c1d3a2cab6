"""Models behind an OpenAI-compatible server: vLLM, SGLang, Ollama, llama.cpp, or a hosted one."""
