"""What a run says at its end: to a terminal, to GitHub's page, to the code's lines."""
