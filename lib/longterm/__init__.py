"""Long-Term Dependencies."""
