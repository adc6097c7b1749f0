"""What algorithms are made of: selection rules, schedules, random draws, initializations."""
