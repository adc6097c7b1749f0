"""Results on disk: tables in Parquet, and the folder in which a study's come together."""

from cubistlib.store.folder import StudyFolder
from cubistlib.store.table import COLUMNS, SCHEMA, read, tidied, write

__all__ = ["COLUMNS", "SCHEMA", "StudyFolder", "read", "tidied", "write"]
