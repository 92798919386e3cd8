//! Official documents and tables.
