"""Small shared vocabulary: errors, ids, clock, callers and scopes, money, version."""
