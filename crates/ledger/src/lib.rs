//! The signed record, its logs, forks and frontiers, and the sync machine that both ends run.
