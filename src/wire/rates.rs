//! How often an account may call an operation.

use alloc::collections::BTreeMap;
use core::fmt;
use std::sync::{Mutex, PoisonError};

use super::Operation;
use crate::model::{AccountId, Timestamp};

/// How many calls a second an account has of each operation.
///
/// The documents print 100 for withdrawing, uploading, deleting and the detail of a certificate, and
/// 10 for plans, lists and cancelling; what they print nothing for has the 10 as well.
///
/// A second is one of the clock's, and what is refused does not count. They are counted in one process,
/// for requests whose signature was found right.
///
/// ```
/// use cert_lifecycle::wire::{Operation, Rates};
/// let rates = Rates::documented();
/// assert_eq!(rates.of(Operation::DescribePackageState), 10);
/// let rates = rates.with_factor(5).with(Operation::UploadUserCertificate, 1);
/// assert_eq!(rates.of(Operation::DescribePackageState), 50);
/// assert_eq!(rates.of(Operation::UploadUserCertificate), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    factor: u32,
    own: BTreeMap<Operation, u32>,
}

/// After so many milliseconds the next second of the clock has begun.
pub(super) const NEXT_SECOND: u32 = 1_000;

impl Rates {
    /// As documented.
    #[must_use]
    pub const fn documented() -> Self {
        Self {
            factor: 1,
            own: BTreeMap::new(),
        }
    }

    /// So many times what it was so far; 0 refuses every call.
    #[must_use]
    pub fn with_factor(mut self, factor: u32) -> Self {
        self.factor = self.factor.saturating_mul(factor);
        for own in self.own.values_mut() {
            *own = own.saturating_mul(factor);
        }
        self
    }

    /// With a rate of its own for an operation, in calls a second; 0 refuses every call.
    #[must_use]
    pub fn with(mut self, operation: Operation, calls: u32) -> Self {
        self.own.insert(operation, calls);
        self
    }

    /// How many calls a second.
    #[must_use]
    pub fn of(&self, operation: Operation) -> u32 {
        if let Some(own) = self.own.get(&operation) {
            return *own;
        }
        let documented: u32 = match operation {
            Operation::CancelOrderRequest
            | Operation::DeleteCertificateRequest
            | Operation::DeleteUserCertificate
            | Operation::GetUserCertificateDetail
            | Operation::UploadUserCertificate => 100,
            Operation::DescribePackageState
            | Operation::CreateCertificateForPackageRequest
            | Operation::CreateCertificateRequest
            | Operation::CreateCertificateWithCsrRequest
            | Operation::DescribeCertificateState
            | Operation::CancelCertificateForPackageRequest
            | Operation::RenewCertificateOrderForPackageRequest
            | Operation::ListUserCertificateOrder
            | Operation::ListTrusteeOrder
            | Operation::GetCertificatePackageCount => 10,
        };
        documented.saturating_mul(self.factor)
    }
}

/// The calls of the second that runs.
pub(super) struct Counts(Mutex<Second>);

struct Second {
    begun: Timestamp,
    calls: BTreeMap<(AccountId, Operation), u32>,
}

impl Second {
    const fn beginning(begun: Timestamp) -> Self {
        Self {
            begun,
            calls: BTreeMap::new(),
        }
    }
}

impl Counts {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Second::beginning(Timestamp::MIN)))
    }

    /// Whether one more call is within the rate; it counts if it is.
    pub(super) fn admit(
        &self,
        rates: &Rates,
        account: AccountId,
        operation: Operation,
        now: Timestamp,
    ) -> bool {
        let mut second = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Who read the clock just before the second ended counts with the one that runs.
        if now > second.begun || now.saturating_add(1) < second.begun {
            *second = Second::beginning(now);
        }
        let count = second.calls.entry((account, operation)).or_default();
        let admitted = *count < rates.of(operation);
        if admitted {
            *count = count.saturating_add(1);
        }
        admitted
    }
}

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counts")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_has_its_rate_in_each_second() {
        let operation = Operation::DescribePackageState;
        let (counts, rates) = (Counts::new(), Rates::documented());
        let account = |id| AccountId::new(id).unwrap();
        let at = |seconds| Timestamp::from_unix_seconds(seconds).unwrap();
        let admitted = |account, now| {
            (0..50)
                .filter(|_| counts.admit(&rates, account, operation, now))
                .count()
        };
        assert_eq!(admitted(account("one"), at(0)), 10);
        assert_eq!(admitted(account("two"), at(0)), 10);
        assert_eq!(admitted(account("one"), at(0)), 0);
        assert_eq!(admitted(account("one"), at(1)), 10);
        // A straggler of the second before begins nothing anew; a clock that was set back does.
        assert_eq!(admitted(account("one"), at(0)), 0);
        assert_eq!(admitted(account("one"), at(1)), 0);
        assert_eq!(admitted(account("one"), at(-60)), 10);
    }
}
