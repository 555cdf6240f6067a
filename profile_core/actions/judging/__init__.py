"""What judges' answers mean: a verdict on a pair overall, or one for each of some factors."""
