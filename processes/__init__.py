"""What acts by itself: reads the log, issues commands; the command decides again from streams."""
