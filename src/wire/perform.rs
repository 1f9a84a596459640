//! What stands behind the wire: a desk, or something around one.

use alloc::boxed::Box;

use super::{Desk, Done, Fault, Operation, Parameters};
use crate::model::AccountId;
use crate::port::BoxFuture;

/// A request that somebody made who proved who it is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Asked<'a> {
    /// Whose request it is.
    pub account: AccountId,
    /// The id of the access key that signed it. Keys with rights of their own are told apart by it.
    pub key: &'a str,
    /// The id of the request, as it is answered and logged.
    pub request_id: &'a str,
    /// What is asked for.
    pub operation: Operation,
    /// With what.
    pub parameters: &'a Parameters,
}

impl<'a> Asked<'a> {
    /// Without a key and an id: for tests, and for who asks without a wire.
    #[must_use]
    pub const fn new(account: AccountId, operation: Operation, parameters: &'a Parameters) -> Self {
        Self {
            account,
            key: "",
            request_id: "",
            operation,
            parameters,
        }
    }
}

/// Carries operations out, for callers who proved who they are.
///
/// A [`Desk`] does; what surrounds one does more before and after, such as asking what a key may do.
///
/// ```
/// use cert_lifecycle::port::BoxFuture;
/// use cert_lifecycle::wire::{Asked, Desk, Done, Fault, Operation, Perform};
///
/// /// Keys whose ids begin so may look, and change nothing.
/// struct Guarded(Desk);
///
/// impl Perform for Guarded {
///     fn perform<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Done, Fault>> {
///         Box::pin(async move {
///             if asked.key.starts_with("reader-") && asked.operation.changes() {
///                 let why = "This key may look, and change nothing.";
///                 return Err(Fault::new(403, "NoPermission", why.into()));
///             }
///             Perform::perform(&self.0, asked).await
///         })
///     }
/// }
/// # let _ = |desk| Guarded(desk);
/// ```
pub trait Perform: Send + Sync {
    /// Carries an operation out.
    ///
    /// # Errors
    /// [`Fault`], as it is answered.
    fn perform<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Done, Fault>>;
}

impl Perform for Desk {
    fn perform<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Done, Fault>> {
        Box::pin(self.perform(asked.account, asked.operation, asked.parameters))
    }
}
