"""What is told to the audit log, and how."""
