//! Identifiers as subtokens, and the hashes of them.
