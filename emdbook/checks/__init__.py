"""What holds text and data together: prose, structure, coverage, exercises, questions."""
