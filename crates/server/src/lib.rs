//! The county's server: intake, review, registry, users.
