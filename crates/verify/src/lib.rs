//! The auditor's verifier: one small program, no network, no database.
