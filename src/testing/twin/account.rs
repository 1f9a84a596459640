//! What the twin remembers of an account: slots, plans, purchases and chains in plain lists.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::vec::Vec;

use crate::model::{
    ChainId, Challenge, DomainName, Fingerprint, InstanceId, IssuedCertificate, Note, OrderId,
    Payment, PlanId, Product, PurchaseId, SpkiDigest, Submission, Target, Timestamp,
};

/// Where a slot is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// Not Activated: a member of a chain before its turn.
    Waiting,
    /// Pending Application, and nothing was ever applied for.
    Fresh,
    /// Pending Application again: the application was withdrawn.
    Withdrawn,
    /// The domain is to be proved.
    Proving,
    /// The CA reviews it.
    Reviewing,
    /// The CA said no.
    Failed,
    /// There is a certificate.
    Issued,
    /// It was revoked then, by the CA on its own account or not.
    Revoked {
        at: Timestamp,
        by_ca: bool,
    },
    /// It came from elsewhere.
    Uploaded,
    Closed,
    Cancelled,
    Merged,
    Deleted,
}

/// Where a unit of a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Reserved,
    Settled,
    Returned,
}

impl Unit {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Settled => "settled",
            Self::Returned => "returned",
        }
    }
}

/// Who paid for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Payer {
    Plan(PlanId),
    Purchase(PurchaseId),
    Nobody,
}

/// What was applied for.
#[derive(Clone, Debug)]
pub(super) struct Applied {
    pub(super) submission: Arc<Submission>,
    pub(super) names: Vec<DomainName>,
    pub(super) key: Option<SpkiDigest>,
    pub(super) challenge: Option<Arc<Challenge>>,
    /// The edition of the day.
    pub(super) edition: usize,
}

/// A revocation that was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) at: Timestamp,
    pub(super) by_mail: bool,
    pub(super) confirmed: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) life: Life,
    pub(super) product: Product,
    pub(super) payer: Payer,
    pub(super) unit: Option<Unit>,
    pub(super) chain: Option<ChainId>,
    pub(super) application: Option<Applied>,
    pub(super) certificate: Option<Arc<IssuedCertificate>>,
    pub(super) issued_at: Option<Timestamp>,
    pub(super) asked: Option<Asked>,
    pub(super) name: Option<Note>,
    pub(super) absorbed: bool,
    /// The keys of applications that came to nothing.
    pub(super) earlier: Vec<Option<SpkiDigest>>,
    /// What a late certificate is known by, once all is deleted.
    pub(super) deleted: Option<Remains>,
    pub(super) deployed: Vec<(Target, Option<DomainName>)>,
}

/// What is left of a deleted slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Remains {
    pub(super) key: Option<SpkiDigest>,
    pub(super) names: Vec<DomainName>,
    pub(super) certificate: Option<Fingerprint>,
}

impl Slot {
    pub(super) const fn new(life: Life, product: Product, payer: Payer) -> Self {
        Self {
            life,
            product,
            payer,
            unit: None,
            chain: None,
            application: None,
            certificate: None,
            issued_at: None,
            asked: None,
            name: None,
            absorbed: false,
            earlier: Vec::new(),
            deleted: None,
            deployed: Vec::new(),
        }
    }

    /// Whether it serves: issued or uploaded, and nobody asked for its revocation.
    pub(super) fn serves(&self) -> bool {
        match self.life {
            Life::Issued => self.asked.is_none(),
            Life::Uploaded => true,
            Life::Waiting
            | Life::Fresh
            | Life::Withdrawn
            | Life::Proving
            | Life::Reviewing
            | Life::Failed
            | Life::Revoked { .. }
            | Life::Closed
            | Life::Cancelled
            | Life::Merged
            | Life::Deleted => false,
        }
    }

    /// Whether it is applied for just now.
    pub(super) fn in_process(&self) -> bool {
        [Life::Proving, Life::Reviewing].contains(&self.life)
    }

    /// Whether it carries or carried a certificate.
    pub(super) fn not_after(&self) -> Option<Timestamp> {
        let certificate = self.certificate.as_ref()?;
        Some(certificate.validity().not_after())
    }
}

/// What became of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Money {
    Kept,
    Claimed,
    PaidBack(u64),
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept => f.write_str("kept"),
            Self::Claimed => f.write_str("claimed"),
            Self::PaidBack(cash) => write!(f, "paid back, {cash} minor units of it"),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) product: Product,
    pub(super) payment: Payment,
    pub(super) paid_at: Timestamp,
    pub(super) edition: usize,
    pub(super) total: u32,
    pub(super) left: u32,
    pub(super) reserved: u32,
    pub(super) settled: u32,
    pub(super) issued: u64,
    pub(super) ever_taken: u64,
    pub(super) revocations: u32,
    pub(super) money: Money,
}

/// What a purchase was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goods {
    New,
    Renewal,
    Hosting,
}

#[derive(Clone, Debug)]
pub(super) struct Bought {
    pub(super) goods: Goods,
    pub(super) product: Product,
    pub(super) payment: Payment,
    pub(super) paid_at: Timestamp,
    pub(super) edition: usize,
    pub(super) first: InstanceId,
    pub(super) chain: Option<ChainId>,
    pub(super) count: u32,
    pub(super) revocations: u32,
    pub(super) money: Money,
}

/// Whose turn it is in a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Came,
    ToCome,
    Never,
}

#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub(super) edition: usize,
    pub(super) members: Vec<(InstanceId, Turn)>,
    pub(super) submission: Option<Arc<Submission>>,
}

impl Chain {
    pub(super) fn current(&self) -> Option<InstanceId> {
        let mut members = self.members.iter().rev();
        members
            .find(|(_, turn)| *turn == Turn::Came)
            .map(|(id, _)| *id)
    }

    pub(super) fn next(&self) -> Option<InstanceId> {
        let mut members = self.members.iter();
        members
            .find(|(_, turn)| *turn == Turn::ToCome)
            .map(|(id, _)| *id)
    }

    pub(super) fn turn(&mut self, id: InstanceId, now: Turn) {
        for (_, turn) in self.members.iter_mut().filter(|(member, _)| *member == id) {
            *turn = now;
        }
    }
}

/// Everything of an account.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    pub(super) slots: BTreeMap<InstanceId, Slot>,
    pub(super) plans: BTreeMap<PlanId, Plan>,
    pub(super) purchases: BTreeMap<PurchaseId, Bought>,
    pub(super) chains: BTreeMap<ChainId, Chain>,
    /// Every order that there ever was.
    pub(super) orders: BTreeSet<OrderId>,
}
