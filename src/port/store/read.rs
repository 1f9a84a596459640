//! What a decision reads.

use crate::lifecycle::{Beside, Case};
use crate::model::{
    AccountId, CertificateInstance, HostingChain, Note, OrderId, PlanId, ProductCode, Purchase,
    PurchaseId, ResourcePlan,
};
use crate::rulebook::Window;

use super::batch::Version;
use super::outbox::Position;
use super::record::{IdempotencyKey, Record};

/// What a decision looks at: the streams, and what goes with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The streams.
    pub set: ReadSet,
    /// The calendar year of the command: what the account took for free in it is
    /// [`Beside::free_this_year`] (R-61). Without it nothing is counted.
    pub year: Option<Window>,
    /// A key: what was answered under it before is [`Loaded::record`].
    pub key: Option<IdempotencyKey>,
}

impl From<ReadSet> for Read {
    /// Without the free certificates of the year: for questions that don't depend on them.
    fn from(set: ReadSet) -> Self {
        Self {
            set,
            year: None,
            key: None,
        }
    }
}

/// The streams that a decision looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadSet {
    /// The instance that carries or carried an order, and what belongs to it: the plan whose unit it holds or
    /// the purchase that bought it, its chain, and in a chain the last member whose turn came.
    ///
    /// A deleted instance too, and by an order that another one followed in its slot: a certificate
    /// that comes too late for it has still to be revoked.
    Order(OrderId),
    /// The same, and the plan that a renewal draws from: the oldest one of the instance's product with
    /// a unit left, whose money did not go back; nothing where that is the plan whose unit it holds.
    Renewal(OrderId),
    /// As of one order, but as second instance the one that carries another order, with the purchase that
    /// bought it: what merging looks at.
    Pair(OrderId, OrderId),
    /// The plan of a product to draw a unit from: the oldest with a unit left, or else the oldest.
    ///
    /// Age goes by the order of the commits that bought the plans, within a batch by its order. A plan
    /// whose money went back has no unit left, and is found like any other without one.
    Product(ProductCode),
    /// One plan.
    Plan(PlanId),
    /// One purchase.
    Purchase(PurchaseId),
    /// No stream at all, but what the account has of a product: what buying looks at.
    New(ProductCode),
    /// As second instance the uploaded one that has this name, to the letter: what uploading looks at.
    Name(Note),
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The instance.
    pub instance: Option<Versioned<CertificateInstance>>,
    /// The plan.
    pub plan: Option<Versioned<ResourcePlan>>,
    /// The plan that a renewal draws from, where that is another one.
    pub draw_from: Option<Versioned<ResourcePlan>>,
    /// The chain.
    pub chain: Option<Versioned<HostingChain>>,
    /// The purchase.
    pub purchase: Option<Versioned<Purchase>>,
    /// The second instance.
    pub other: Option<Versioned<CertificateInstance>>,
    /// The purchase that bought the second instance.
    pub other_purchase: Option<Versioned<Purchase>>,
    /// The product that the sums beside are about: the instance's, the plan's, or that of the read
    /// set, whichever comes first. There is none for [`ReadSet::Purchase`] and [`ReadSet::Name`], and
    /// where no instance or plan was found; of a product there is nothing beside then.
    pub product: Option<ProductCode>,
    /// What the account has beside the plan and the purchase.
    pub beside: Beside,
    /// What a command under the key of the read was answered.
    pub record: Option<Record>,
}

impl Loaded {
    /// The case that the core judges.
    ///
    /// ```
    /// use cert_lifecycle::model::AccountId;
    /// use cert_lifecycle::port::Loaded;
    /// let account = AccountId::new("1234567890")?;
    /// assert!(Loaded::default().case(account).instance.is_none());
    /// # Ok::<(), cert_lifecycle::model::TextError>(())
    /// ```
    #[must_use]
    pub fn case(&self, account: AccountId) -> Case<'_> {
        Case {
            account,
            instance: self.instance.as_ref().map(Versioned::state),
            plan: self.plan.as_ref().map(Versioned::state),
            draw_from: self.draw_from.as_ref().map(Versioned::state),
            chain: self.chain.as_ref().map(Versioned::state),
            purchase: self.purchase.as_ref().map(Versioned::state),
            other: self.other.as_ref().map(Versioned::state),
            other_purchase: self.other_purchase.as_ref().map(Versioned::state),
            beside: self.beside,
            year: None,
        }
    }
}

/// A plan in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPlan {
    /// Its place: where the next page goes on.
    pub position: Position,
    /// Its state and its version.
    pub plan: Versioned<ResourcePlan>,
}

/// A purchase in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPurchase {
    /// Its place: where the next page goes on.
    pub position: Position,
    /// Its state and its version.
    pub purchase: Versioned<Purchase>,
}

/// A state and the version of its stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The state.
    pub state: T,
    /// The number of events behind it.
    pub version: Version,
}

impl<T> Versioned<T> {
    const fn state(&self) -> &T {
        &self.state
    }
}
