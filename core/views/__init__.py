"""Arrays and snapshots → charts, images and drawings. No computing, no Streamlit."""
