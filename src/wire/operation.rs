//! The operations: which there are, what each takes, and what it does at the service.

use alloc::vec::Vec;
use core::fmt;

use super::{Fault, Parameters, Tree};
use crate::model::{AccountId, OrderId};
use crate::rulebook::value::words::words;
use crate::service::Service;

words! {
    /// An operation that is offered.
    Operation {
        /// How a plan is used.
        DescribePackageState = "DescribePackageState",
    }
}

/// Where operations are carried out.
#[derive(Clone, Debug)]
pub struct Desk {
    service: Service,
}

/// What an operation came to.
pub struct Done {
    /// The fields of the answer, without the request's id.
    pub fields: Vec<(&'static str, Tree)>,
    /// The order that it was about or began.
    pub order: Option<OrderId>,
    /// The state that the answer shows, where it shows one.
    pub shown: Option<&'static str>,
}

impl Desk {
    /// Over a service.
    #[must_use]
    pub const fn new(service: Service) -> Self {
        Self { service }
    }

    /// Carries an operation out for an account.
    ///
    /// # Errors
    /// [`Fault`], and nothing was changed.
    pub async fn perform(
        &self,
        account: AccountId,
        operation: Operation,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let _ = (account, parameters, &self.service);
        match operation {
            Operation::DescribePackageState => Err(Fault::internal("not yet")),
        }
    }
}
