"""Speed, as ratios: ours and a named reference, side by side in one run, in interleaved rounds."""
