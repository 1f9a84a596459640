//! The vendor's API 2020-04-07 over the service, without a transport.
//!
//! [`Wire`] makes an answer of a request: it reads the parameters within [`Limits`], verifies the
//! signature with [`AccessKeys`] and [`Nonces`], finds the operation, has the [`Desk`] carry it out, and
//! writes the answer as JSON or XML ([`Format`]). The vendor's own clients talk to it.
//!
//! # What is answered instead
//! The seven codes that the documents of the operations print come from [`Fault::of`]. These are about
//! the request itself; where the vendor prints a code for it, it is that one.
//!
//! | Status | Code | When |
//! |---|---|---|
//! | 400 | `MissingParameter`, `InvalidParameter`, `UnsupportedParameter` | a parameter is not there, is doubled or can't be read, or is not offered |
//! | 400 | `InvalidHeader` | a header that counts is doubled or no ASCII |
//! | 400 | `IncompleteSignature` | there is no signature, or it leaves out what must be signed |
//! | 400 | `UnsupportedSignatureMethod` | another kind of signature |
//! | 400 | `SignatureDoesNotMatch` | it is of something else; what it should be of stands behind the colon |
//! | 400 | `InvalidContentSha256` | the body has another digest |
//! | 400 | `InvalidTimeStamp.Format`, `InvalidTimeStamp.Expired` | the date can't be read, or is too far from now |
//! | 400 | `SignatureNonceUsed` | the request was sent before |
//! | 400 | `MissingSecurityToken`, `InvalidSecurityToken.MismatchWithAccessKey` | the token does not fit the key |
//! | 400 | `InvalidVersion`, `UnsupportedOperation` | another version of the API, or an operation that is not offered |
//! | 404 | `InvalidAccessKeyId.NotFound` | no such access key |
//! | 404 | `InvalidAction.NotFound`, `InvalidPath` | no such operation, no such path |
//! | 405 | `UnsupportedHTTPMethod` | neither GET nor POST |
//! | 413 | `RequestTooLarge` | beyond a limit |
//! | 415 | `UnsupportedContentType` | a body that is no form |
//! | 429 | `Throttling.User` | more calls than a rate or a store of nonces admits |

mod action;
mod call;
mod entry;
mod fault;
mod keys;
mod nonces;
mod operation;
mod parameters;
mod perform;
mod rates;
mod request_id;
mod signature;
mod tree;

pub use call::Limits;
pub use entry::{Answered, USUAL_SKEW, VERSION, Wire};
pub use fault::Fault;
pub use keys::{AccessKey, AccessKeys, FixedKeys, KeysUnavailable, Secret};
pub use nonces::{MemoryNonces, Nonce, Nonces, Noted};
pub use operation::{Desk, Done, Operation, Parameter, ParameterKind, Taken};
pub use parameters::Parameters;
pub use perform::Perform;
pub use rates::Rates;
pub use request_id::{NoRandomness, RandomRequestIds, RequestIds, SeededRequestIds};
pub use tree::{Format, Tree};
