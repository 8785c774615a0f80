"""What can be typed after `recourse`, a module for each subject."""
