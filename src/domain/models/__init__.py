"""Language models as the domain sees them: tiers, prices, usage, requests and streamed answers."""
