"""Django models, COPY writers, Parquet logs, history readers, exporters, admin."""
