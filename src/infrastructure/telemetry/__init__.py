"""What tells others how a run goes: the event bus, and later logs, metrics and traces."""
