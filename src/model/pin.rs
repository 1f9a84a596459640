//! Edition keys, digests and pins: which rules a case was bound to.

use super::key::digest;
use super::text::{Inline, inline_text};

/// The key of an edition, such as `2021-02-api`: it names a point in the history of the rules.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EditionKey(Inline<39>);
inline_text!(EditionKey);

digest! {
    /// The SHA-256 digest of an edition's values, in their canonical text form.
    Digest
}

/// Which edition a case is bound to: its key, and the digest of what it said then (L9).
///
/// The digest guards against an edition that keeps its key and changes its values: such a pin no
/// longer resolves, instead of judging an old case by new rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pin {
    /// The edition's key.
    pub edition: EditionKey,
    /// The digest of its values.
    pub digest: Digest,
}
