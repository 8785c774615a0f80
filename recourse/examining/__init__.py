"""What the doctor looks at. Each examination adds to the findings, and changes nothing."""
