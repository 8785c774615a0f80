"""The views, a module each, named as people call what they see."""
