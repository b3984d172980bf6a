"""What the browser may see and ask: states ask services, and hold plain values only."""
