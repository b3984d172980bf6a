"""The screens: composition of parts around what a state shows."""
