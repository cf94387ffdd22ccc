"""What runs inside the sandbox. Nothing here knows an answer, or imports what does."""
