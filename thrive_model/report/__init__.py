"""Words and layout for people and machines; no arithmetic beyond rounding."""
