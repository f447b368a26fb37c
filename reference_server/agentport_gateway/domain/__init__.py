"""What an approval is and when a call may run: values and pure functions, no I/O."""
