//! How a statement is made provable: canonical JSON, digests, keys, envelopes, certificates, the Merkle log, the proof bundle.
