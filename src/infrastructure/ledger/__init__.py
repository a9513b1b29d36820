"""What calls have cost, behind the `CostLedger` port."""
