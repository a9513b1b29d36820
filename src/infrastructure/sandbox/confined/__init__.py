"""What runs inside of the sandbox's processes; standard library only, and started by path, not as part of Muster."""
