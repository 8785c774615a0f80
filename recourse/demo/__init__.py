"""A believable month, so that whoever looks at the program for the first time sees something."""
