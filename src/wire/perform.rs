//! What stands behind the wire: a desk, or something around one.

use alloc::boxed::Box;

use super::{Desk, Done, Fault, Operation, Parameters};
use crate::model::AccountId;
use crate::port::BoxFuture;

/// Carries operations out, for callers who proved who they are.
///
/// A [`Desk`] does; what surrounds one does more before and after, such as letting effects be seen
/// before the answer is.
pub trait Perform: Send + Sync {
    /// Carries an operation out for an account.
    ///
    /// # Errors
    /// [`Fault`], as it is answered.
    fn perform<'a>(
        &'a self,
        account: AccountId,
        operation: Operation,
        parameters: &'a Parameters,
    ) -> BoxFuture<'a, Result<Done, Fault>>;
}

impl Perform for Desk {
    fn perform<'a>(
        &'a self,
        account: AccountId,
        operation: Operation,
        parameters: &'a Parameters,
    ) -> BoxFuture<'a, Result<Done, Fault>> {
        Box::pin(self.perform(account, operation, parameters))
    }
}
