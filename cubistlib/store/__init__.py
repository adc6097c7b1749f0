"""Results on disk: tables in Parquet, and the folder in which a study's come together."""

from cubistlib.store.folder import StudyFolder
from cubistlib.store.table import COLUMNS, SCHEMA, having, read, tidied, write

__all__ = ["COLUMNS", "SCHEMA", "StudyFolder", "having", "read", "tidied", "write"]
