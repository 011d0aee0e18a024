"""What the house does with models: conversations, rooms, tools, knowledge and the rest."""
