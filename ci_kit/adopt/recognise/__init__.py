"""What hand-written steps do: one module for each thing, and a table of them."""
