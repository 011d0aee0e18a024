"""An agent of LangChain with one tool, over each of its chat models."""

from typing import Any

from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_ollama import ChatOllama
from langchain_openai import ChatOpenAI
from serving import Ran, serve


def chat_model(client: str, *, url: str, key: str, model: str) -> Any:
    match client:
        case "openai":
            return ChatOpenAI(model=model, base_url=f"{url}/v1", api_key=key, stream_usage=True)
        case "responses":
            return ChatOpenAI(model=model, base_url=f"{url}/v1", api_key=key, use_responses_api=True)
        case "anthropic":
            return ChatAnthropic(model=model, base_url=url, api_key=key, max_tokens=512)
        case "gemini":
            return ChatGoogleGenerativeAI(model=model, base_url=url, api_key=key)
        case _:
            headers = {"authorization": f"Bearer {key}"}
            return ChatOllama(model=model, base_url=url, client_kwargs={"headers": headers})


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    ran, pieces = Ran(), 0
    chosen = chat_model(asked["client"], url=asked["url"], key=asked["key"], model=asked["model"])
    agent = create_agent(chosen, [tool(ran.weather)])
    question = {"messages": [("user", "What weather?")]}
    if asked["stream"]:
        state: Any = {}
        for mode, value in agent.stream(question, stream_mode=["messages", "values"]):
            if mode == "messages":
                pieces += bool(value[0].text)
            else:
                state = value
    else:
        state = agent.invoke(question)
    usage = [found for message in state["messages"] if (found := getattr(message, "usage_metadata", None))]
    return {
        "text": state["messages"][-1].text,
        "ran": ran.calls,
        "pieces": pieces,
        "usage": [[one["input_tokens"], one["output_tokens"]] for one in usage],
    }


if __name__ == "__main__":
    serve(answer)
