"""What is learned by doing: the arithmetic of the sandboxes. Needs only networks and data."""
