"""What every feature stands on: accounts, money, storage, events, network, words."""
