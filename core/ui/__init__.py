"""The only part of core that knows Streamlit."""
