"""Saved prompts: a text with typed variables, kept in versions."""

from salon.features.conversations.prompts.models import Prompt, Value, Variable, Version
from salon.features.conversations.prompts.service import Draft, PromptChange, Prompts

__all__ = ["Draft", "Prompt", "PromptChange", "Prompts", "Value", "Variable", "Version"]
