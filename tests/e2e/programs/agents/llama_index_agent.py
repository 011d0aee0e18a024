"""An agent of LlamaIndex with one tool, over each of its language models."""

import asyncio
from typing import Any

from llama_index.core.agent.workflow import AgentStream, FunctionAgent
from llama_index.core.tools import FunctionTool
from llama_index.llms.anthropic import Anthropic
from llama_index.llms.google_genai import GoogleGenAI
from llama_index.llms.ollama import Ollama
from llama_index.llms.openai import OpenAI, OpenAIResponses
from llama_index.llms.openai_like import OpenAILike
from serving import Ran, serve


def language_model(client: str, *, url: str, key: str, model: str) -> Any:
    match client:
        case "openai":
            return OpenAI(model=model, api_base=f"{url}/v1", api_key=key)
        case "openai-like":
            return OpenAILike(
                model=model,
                api_base=f"{url}/v1",
                api_key=key,
                is_chat_model=True,
                is_function_calling_model=True,
            )
        case "responses":
            return OpenAIResponses(model=model, api_base=f"{url}/v1", api_key=key)
        case "anthropic":
            return Anthropic(model=model, base_url=url, api_key=key, max_tokens=512)
        case "gemini":
            return GoogleGenAI(
                model=model, api_key=key, http_options={"base_url": url}, context_window=100_000
            )
        case _:
            return Ollama(model=model, base_url=url, headers={"authorization": f"Bearer {key}"})


async def run(asked: dict[str, Any]) -> dict[str, Any]:
    ran, pieces = Ran(), 0
    chosen = language_model(asked["client"], url=asked["url"], key=asked["key"], model=asked["model"])
    weather = FunctionTool.from_defaults(fn=ran.weather, name="weather")
    agent = FunctionAgent(tools=[weather], llm=chosen, streaming=asked["stream"])
    running = agent.run("What weather?")
    async for event in running.stream_events():
        pieces += isinstance(event, AgentStream) and bool(event.delta)
    result = await running
    return {"text": result.response.content, "ran": ran.calls, "pieces": pieces}


if __name__ == "__main__":
    serve(lambda asked: asyncio.run(run(asked)))
