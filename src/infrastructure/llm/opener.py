"""Opens models at their providers; each SDK is imported when one of its models is first opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from ...domain.errors import ConfigurationError
from ...domain.models.info import ModelInfo
from ...domain.models.provider import Provider, ProviderKind
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.token_counter import TokenCounter
from .offline import OFFLINE, OfflineModel

if TYPE_CHECKING:
    from .openai_client import OpenAIClient

OLLAMA_URL = "http://127.0.0.1:11434"
Make = Callable[[ModelInfo], LanguageModel]


class ModelOpener:
    """Knows who can be asked, with which key; the models of a provider share one client.

    `env` holds the keys. Clients belong to the event loop that first uses them, and are closed in it.
    """

    def __init__(
        self, providers: Mapping[str, Provider], env: Mapping[str, str], counter: TokenCounter
    ) -> None:
        self._providers = providers
        self._env = env
        self._counter = counter
        self._made: dict[str, Make] = {}
        self._closing: list[Callable[[], Awaitable[None]]] = []

    def lacks(self, provider: str) -> str:
        """What is missing to ask `provider`; "" when nothing is."""
        known = self._providers.get(provider)
        if known is None:
            return f"there is no provider {provider!r}"
        return f"{known.key_env} is not set" if known.key_env and not self._key(known) else ""

    def open(self, info: ModelInfo) -> LanguageModel:
        """The model that `info` is about; raises ConfigurationError when its provider cannot be asked."""
        if missing := self.lacks(info.provider):
            known = self._providers.get(info.provider)
            hint = f"give providers.{info.provider} a kind and a url in your own settings (docs/models.md)"
            if known is not None:
                hint = f"export {known.key_env}=…, or choose another model"
            raise ConfigurationError(
                f"{info.name} cannot be asked: {missing}",
                code="no-key" if known else "no-provider",
                details={"provider": info.provider, "model": info.name},
                hint=hint,
            )
        if info.provider not in self._made:
            self._made[info.provider] = self._maker(self._providers[info.provider])
        return self._made[info.provider](info)

    async def close(self) -> None:
        """Close every client; models are opened anew when they are asked for again."""
        closing, self._closing = self._closing, []
        self._made.clear()
        for close in closing:
            await close()

    def _key(self, provider: Provider) -> str:
        return self._env.get(provider.key_env, "").strip()

    def _maker(self, provider: Provider) -> Make:
        makers = {
            ProviderKind.EMBEDDED: self._embedded,
            ProviderKind.ANTHROPIC: self._anthropic,
            ProviderKind.OPENAI: self._responses,
            ProviderKind.COMPATIBLE: self._chat,
            ProviderKind.OLLAMA: self._ollama,
        }
        return makers[provider.kind](provider)

    def _embedded(self, provider: Provider) -> Make:
        def make(info: ModelInfo) -> LanguageModel:
            if info.id != OFFLINE.id:
                raise ConfigurationError(
                    f"no model answers to {info.name!r}", hint=f"the embedded model is {OFFLINE.name}"
                )
            return OfflineModel(self._counter, info.tier)

        return make

    def _anthropic(self, provider: Provider) -> Make:
        from .anthropic_client import AnthropicClient
        from .anthropic_model import AnthropicModel

        client = AnthropicClient(
            api_key=self._key(provider),
            base_url=provider.url,
            timeout=provider.seconds,
            key_name=provider.key_env,
        )
        self._closing.append(client.close)
        return lambda info: AnthropicModel(info, client)

    def _responses(self, provider: Provider) -> Make:
        from .openai_responses import ResponsesModel

        client = self._openai_client(provider)
        return lambda info: ResponsesModel(info, client)

    def _chat(self, provider: Provider) -> Make:
        from .openai_chat import ChatModel

        client = self._openai_client(provider)
        return lambda info: ChatModel(info, client)

    def _openai_client(self, provider: Provider) -> OpenAIClient:
        from .openai_client import OpenAIClient, Timeouts

        times = Timeouts(silence=provider.seconds, total=provider.seconds)
        client = OpenAIClient(
            self._key(provider), base_url=provider.url, key_name=provider.key_env, timeouts=times
        )
        self._closing.append(client.close)
        return client

    def _ollama(self, provider: Provider) -> Make:
        from .ollama_client import OllamaClient
        from .ollama_model import OllamaModel

        client = OllamaClient(base_url=provider.url or OLLAMA_URL, timeout=provider.seconds)
        self._closing.append(client.close)
        return lambda info: OllamaModel(info, client)
