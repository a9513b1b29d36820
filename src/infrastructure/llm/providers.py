"""The providers that are known without any setting."""

from __future__ import annotations

from ...domain.models.provider import Provider, ProviderKind

BUILT_IN: dict[str, Provider] = {
    provider.name: provider
    for provider in (
        Provider("offline", ProviderKind.EMBEDDED, local=True),
        Provider("anthropic", ProviderKind.ANTHROPIC, key_env="ANTHROPIC_API_KEY"),
        Provider("openai", ProviderKind.OPENAI, key_env="OPENAI_API_KEY"),
        Provider(
            "google",
            ProviderKind.COMPATIBLE,
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "GEMINI_API_KEY",
        ),
        Provider("openrouter", ProviderKind.COMPATIBLE, "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
        Provider("mistral", ProviderKind.COMPATIBLE, "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
        Provider("deepseek", ProviderKind.COMPATIBLE, "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
        Provider("x-ai", ProviderKind.COMPATIBLE, "https://api.x.ai/v1", "XAI_API_KEY"),
        Provider("groq", ProviderKind.COMPATIBLE, "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
        Provider("ollama", ProviderKind.OLLAMA, "http://127.0.0.1:11434", local=True),
        Provider("llama.cpp", ProviderKind.COMPATIBLE, "http://127.0.0.1:8080/v1", local=True),
        Provider("vllm", ProviderKind.COMPATIBLE, "http://127.0.0.1:8000/v1", local=True),
        Provider("lm-studio", ProviderKind.COMPATIBLE, "http://127.0.0.1:1234/v1", local=True),
    )
}
"""By name; the local ones on the ports that their servers listen on unless told otherwise."""
