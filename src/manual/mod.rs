//! The manual: pages that are made from the code, so that they can't say anything else than it does.
//!
//! | Page | What it shows |
//! |---|---|
//! | [`rules`] | every rule: where it comes from, the code and the tests that carry it, the cells it decides |
//! | [`table`] | what every command does in every status, in all editions |
//! | [`diagrams`] | the statuses and what leads from one to another |
//! | [`editions`] | the named editions, and what changed from one to the next |
//! | [`sources`] | every document and choice of ours by its key, and the values and rules that rest on it |
//! | [`contradictions`] | where documents disagree, and what carries each side |
//! | `operations` | the operations of the vendor's API: parameters, answers by state, errors, fields (feature `wire`) |
//! | [`command_line`] | the program `cert-lifecycle` |
//!
//! There is no code here. A test makes each page again and says which one is stale:
//! `UPDATE=1 cargo test --test manual` writes them anew.

#![expect(
    clippy::doc_markdown,
    reason = "the pages name documents by keys, such as those of the sources"
)]

#[doc = include_str!("command_line.md")]
pub mod command_line {}

#[doc = include_str!("contradictions.md")]
pub mod contradictions {}

#[doc = include_str!("diagrams.md")]
pub mod diagrams {}

#[doc = include_str!("editions.md")]
pub mod editions {}

#[cfg(feature = "wire")]
#[doc = include_str!("operations.md")]
pub mod operations {}

#[doc = include_str!("rules.md")]
pub mod rules {}

#[doc = include_str!("sources.md")]
pub mod sources {}

#[doc = include_str!("table.md")]
pub mod table {}
