//! The vendor's API 2020-04-07 over the service, without a transport.
//!
//! [`Wire`] makes an answer of a request: it reads the parameters within [`Limits`], verifies the
//! signature with [`AccessKeys`] and [`Nonces`], finds the operation, has the [`Desk`] carry it out, and
//! writes the answer as JSON or XML ([`Format`]). The vendor's own clients talk to it; in Rust a
//! [`Signer`] makes requests for it.
//!
//! # Who does what
//! - The **wire** checks, in this order: path and method, limits, the form of parameters, signature
//!   (date, key, text, token, nonce), version, action, rate. What comes before the signature is told to
//!   anybody, and does nothing.
//! - The **[`Desk`]** carries the operation out at the [`Service`](crate::service::Service). A look at an
//!   order ([`Operation::DescribeCertificateState`]) asks the CA first; [`Desk::with_timer`] bounds how long.
//! - A **[`Runner`](crate::service::Runner)** hands work on and does what becomes due; without one no
//!   order ever shows its proof. [`Desk::with_runner`] wakes it after what changed something.
//! - **Dates of requests** go by the clock that the wire was built with, everything else by the
//!   service's own.
//! - **Nonces and rates** are kept in one process, unless you bring [`Nonces`] of your own. Where
//!   several processes serve the same keys over nonces in memory, a request can be sent again to
//!   another process within [`USUAL_SKEW`].
//!
//! # Behind a transport
//! [`Wire`] is a [`tower_service::Service`] of requests with any [`http_body::Body`]; frameworks such as
//! axum take it as it is (`route_service("/", wire)`, see `examples/embed_axum.rs`). The response has the
//! [`Record`] for your log in its extensions. Who wants more in hand calls [`Wire::answer`].
//!
//! - **The path is `/`** of the host that clients call: they sign it. Your routes may share the host
//!   under other paths. Under another path the wire answers 404, and a nested router that cuts a prefix
//!   off makes signatures of clients fit that know of none.
//! - **Drive it to its end.** Some operations are more than one commit: a renewal with a signing
//!   request, and the keeping of an uploaded key. Servers drop the future of a request when the client
//!   goes away. So give the service an executor ([`Builder::spawning`]), or spawn [`Wire::answer`]
//!   yourself. Without either put no timeout around it, but around the reading of the body; with one a
//!   timeout takes the answer alone, and what was begun goes on: wait for those tasks before you close
//!   the store.
//! - **A panic** of a port ends the task; with an executor the client is told 500 in the form of the API.
//! - **The body** is read up to [`Limits::body`], and beyond it answered with 413. Slow bodies and long
//!   heads are the server's to bound; [`Wire::refuse`] writes its faults as the API does.
//! - **Log no addresses and no bodies**: private keys travel in both, and with the old scheme the
//!   access key's id in the address. A log of [`Record`]s is enough.
//! - **HTTP/2** is as good as HTTP/1.1: the host that was signed is then that of the address. A proxy in
//!   front must leave host, path, query and body as they are.
//!
//! # What is answered instead
//! What the service refuses has one of the seven codes that the documents of the operations print
//! ([`Fault::of`]). A repeat helps only where something changes first.
//!
//! | Status | Code | When ([`RefusalKind`](crate::lifecycle::RefusalKind)) | Whether the same call helps |
//! |---|---|---|---|
//! | 403 | `CreateCertificateRequestFailed` | `Application`: what was applied with is not acceptable | with other data |
//! | 403 | `OrderStateError` | `State`: the order's state does not permit it | in another state |
//! | 403 | `DeleteFail` | `State`: the deletion is permitted, and something that hangs on the order holds it up, or it failed | later |
//! | 404 | `NotFoundOrder` | `OrderNotFound`: no such order of this account | no |
//! | 404 | `NotFoundPackage` | `PlanNotFound`: no plan of the product | once one is bought |
//! | 404 | `NotRemainCount` | `QuotaExhausted`: no unit is left | once there is one |
//! | 500 | `Error` | `CaAnswer`, `Misuse`; store, CA, keys or nonces are away | as the message says |
//!
//! After a 500, and after no answer at all, it is not known whether the call was carried out. Lists and
//! looks can be repeated at any time; what can be repeated of the others stands with
//! [`Operation::repeat`].
//!
//! These codes are about the request itself; where the vendor prints one for it, it is that one.
//!
//! | Status | Code | When |
//! |---|---|---|
//! | 400 | `MissingParameter`, `InvalidParameter`, `UnsupportedParameter` | a parameter is not there, is doubled or can't be read, or is not offered |
//! | 400 | `InvalidHeader` | a header that counts is doubled or no ASCII |
//! | 400 | `IncompleteSignature` | there is no signature, or it leaves out what must be signed |
//! | 400 | `UnsupportedSignatureMethod` | another kind of signature, or one that is left out here |
//! | 400 | `SignatureDoesNotMatch` | it is of something else; what it should be of stands behind the colon |
//! | 400 | `InvalidContentSha256` | the body has another digest |
//! | 400 | `InvalidTimeStamp.Format`, `InvalidTimeStamp.Expired` | the date can't be read, or is too far from now |
//! | 400 | `SignatureNonceUsed` | the request was sent before |
//! | 400 | `MissingSecurityToken`, `InvalidSecurityToken.MismatchWithAccessKey` | the token does not fit the key |
//! | 400 | `InvalidVersion`, `UnsupportedOperation` | another version of the API, or an operation that is not offered |
//! | 404 | `InvalidAccessKeyId.NotFound` | no such access key |
//! | 404 | `InvalidAction.NotFound`, `InvalidPath` | no such operation, no such path |
//! | 405 | `UnsupportedHTTPMethod` | neither GET nor POST |
//! | 400 | `InvalidBody` | the body broke off |
//! | 413 | `RequestTooLarge` | beyond a limit |
//! | 415 | `UnsupportedContentType` | a body that is no form |
//! | 429 | `Throttling.User` | more calls than a rate or a store of nonces admits |

mod action;
mod answered;
mod builder;
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
mod transport;
mod tree;

pub use answered::{Answered, Record};
pub use builder::Builder;
pub use call::Limits;
pub use entry::{USUAL_SKEW, VERSION, Wire};
pub use fault::Fault;
pub use keys::{AccessKey, AccessKeys, FixedKeys, KeysUnavailable, Secret};
pub use nonces::{MemoryNonces, Nonce, Nonces, Noted};
#[cfg(feature = "console")]
pub(crate) use operation::{ALIVE, why_no_chain};
pub use operation::{Desk, Done, Operation, Parameter, ParameterKind, Repeat, Taken};
pub use parameters::Parameters;
pub use perform::{Asked, Perform};
pub use rates::Rates;
pub use request_id::{NoRandomness, RandomRequestIds, RequestIds, SeededRequestIds};
pub use signature::{Scheme, Signer};
pub use transport::Body;
pub use tree::{Format, Tree};

/// The crate that requests and responses come from.
pub use http;
