//! A stage for what is bought slot by slot: one account of the console, and rulebooks of hand-made
//! parts that say what the documents say.

use std::num::NonZeroU32;
use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Command, Events, Extension, Law, NewPurchase, Paid, Refusal, Slot, Upload, World,
};
use cert_lifecycle::model::{
    AccountId, ChainId, Currency, InstanceId, KeyKind, NameKind, OrderId, Payment, PlanId, Product,
    PurchaseId, RevocationReason, SpkiDigest, Status, Timestamp, ValidationClass,
};
use cert_lifecycle::model::{CertificateInstance, Curve, KeySource, Submission, ValidationMethod};
use cert_lifecycle::rulebook::{
    AddOn, Anchor, ClassSet, Dated, Edition, HostingYears, LateHosting, Method, Permission,
    RefundAct, RefundCase, RefundClause, RefundLimit, RefundRule, RefundTrigger, Review, Rulebook,
    RulebookParts, Trigger,
};

use super::scene::{applicant, application_for, certificate, challenge, fitting, key_of, name};
use super::scene::{note, product};

/// The key of the one console edition that every rulebook has.
pub const CONSOLE: &str = "2019-08-intl";

/// Has every clause of a kind say the same.
pub fn set<T: Clone>(clauses: &mut [Dated<T>], value: &T) {
    for clause in clauses {
        clause.value.value = value.clone();
    }
}

/// The published rulebook with something changed; refunds are claimed in all of it, since not every
/// refund can be paid by itself.
pub fn variant(change: impl FnOnce(&mut RulebookParts)) -> Rulebook {
    let mut parts = Rulebook::published().parts().clone();
    set(&mut parts.refund_trigger, &RefundTrigger::OnClaim);
    change(&mut parts);
    Rulebook::new(parts).unwrap()
}

/// The console edition of the published rulebook with something changed.
pub fn console(change: impl FnOnce(&mut RulebookParts)) -> Edition {
    variant(change).edition(CONSOLE).unwrap()
}

/// A bound of a refund, to the end of its last day.
pub fn limit(anchor: Anchor, act: RefundAct, days: u16) -> RefundLimit {
    RefundLimit {
        anchor,
        act,
        days,
        method: Method::EndOfDay,
    }
}

/// A way to get money back, for purchases with or without add-on.
pub fn way(case: RefundCase, limits: &[RefundLimit], review: Review) -> RefundClause {
    RefundClause {
        case,
        add_on: AddOn::Any,
        limits: limits.iter().copied().collect(),
        review,
    }
}

/// These ways, in order.
pub fn refunds(clauses: &[RefundClause]) -> RefundRule {
    RefundRule {
        clauses: clauses.iter().cloned().collect(),
    }
}

/// What the refund table of 2020-09 says (`RF20a`): unissued within 5 days of payment at once and later
/// with a review, issued if the revocation is completed within 30 days of issuance.
pub fn table_of_2020() -> RefundRule {
    use RefundAct::{Claim, RevocationCompleted};
    let reviewed = Review::WorkingDays(15);
    refunds(&[
        way(
            RefundCase::Unissued,
            &[limit(Anchor::Payment, Claim, 5)],
            Review::Instant,
        ),
        way(RefundCase::Unissued, &[], reviewed),
        way(
            RefundCase::Revoked,
            &[limit(Anchor::Issuance, RevocationCompleted, 30)],
            reviewed,
        ),
    ])
}

/// What the page of 2021-07 says (`RF21c`): claimed within 7 days of payment, with an add-on 30.
pub fn seven_days_of_2021() -> RefundRule {
    let one = |case, add_on, days| RefundClause {
        add_on,
        ..way(
            case,
            &[limit(Anchor::Payment, RefundAct::Claim, days)],
            Review::Instant,
        )
    };
    refunds(&[
        one(RefundCase::Unissued, AddOn::Without, 7),
        one(RefundCase::Unissued, AddOn::With, 30),
        one(RefundCase::Revoked, AddOn::Without, 7),
        one(RefundCase::Revoked, AddOn::With, 30),
    ])
}

/// The console edition with the hosting of 2022 (`S2`, `HS21c`, `RV21a`): up to three years, the next member
/// at 30 days, hosting also later, and no revocation of what is hosted.
pub fn hosting() -> Edition {
    console(|parts| {
        set(&mut parts.hosting_years, &HostingYears::up_to(3));
        let at_most_30 = Trigger {
            days: 30,
            strict: false,
        };
        set(&mut parts.hosting_trigger, &at_most_30);
        set(&mut parts.late_hosting, &LateHosting::Unexpired);
        set(&mut parts.hosting_of_uploaded, &Permission::Allowed);
        set(&mut parts.late_hosting_refund, &Permission::Refused);
        set(&mut parts.hosted_revocation, &Permission::Refused);
        set(&mut parts.refund, &table_of_2020());
        dv_first(parts);
    })
}

/// On the console only DV waits for its domain before the CA reviews it (T-03).
pub fn dv_first(parts: &mut RulebookParts) {
    let dv = ClassSet {
        dv: true,
        ..ClassSet::NONE
    };
    set(&mut parts.verified_first, &dv);
}

/// 1 500 yuan, in cash.
pub const PRICE: Payment = Payment::cash(150_000, Currency::CNY);

/// One account of the console: its slots are numbered in the order in which they were bought.
#[derive(Clone)]
pub struct Console<'a> {
    /// What there is.
    pub world: World,
    /// What judges it.
    pub law: Law<'a>,
    /// What is bought.
    pub product: Product,
    next: u64,
}

impl<'a> Console<'a> {
    /// An account that buys a DV product.
    pub fn new(book: &'a Rulebook, edition: &'a Edition) -> Self {
        let dv = product(ValidationClass::Dv, NameKind::Single);
        Self::of(book, edition, dv)
    }

    /// An account that buys a product.
    pub fn of(book: &'a Rulebook, edition: &'a Edition, product: Product) -> Self {
        Self {
            world: World::new(AccountId::new("1234567890").unwrap()),
            law: Law::single(edition, book.ceilings()),
            product,
            next: 1,
        }
    }

    /// The n-th slot.
    pub fn slot(number: u64) -> Slot {
        Slot {
            instance: InstanceId::new(&format!("slot-{number}")).unwrap(),
            order: OrderId::new(98_987_582_437_920_000 + number).unwrap(),
        }
    }

    /// A payment of the price, for the purchase that begins with the n-th slot.
    pub fn paid(number: u64, payment: Payment) -> Paid {
        Paid {
            purchase: PurchaseId::new(&format!("purchase-{number}")).unwrap(),
            payment,
        }
    }

    /// Takes numbers for so many slots, the first of which is told.
    fn numbers(&mut self, count: u64) -> u64 {
        let first = self.next;
        self.next += count;
        first
    }

    /// The purchase of a slot a year.
    pub fn purchase(&mut self, years: u64, payment: Payment) -> NewPurchase {
        let first = self.numbers(years);
        NewPurchase {
            paid: Self::paid(first, payment),
            product: self.product,
            slots: (first..first + years).map(Self::slot).collect(),
            chain: (years > 1).then(|| ChainId::new(&format!("chain-{first}")).unwrap()),
        }
    }

    /// Buys a slot a year; the first one comes into focus.
    pub fn buy(&mut self, years: u64, now: Timestamp) -> Events {
        let bought = self.purchase(years, PRICE);
        self.tell(&Command::Buy(Arc::new(bought)), now)
    }

    /// Further years for the certificate in focus, as handed in for the first of them.
    pub fn extension(&mut self, years: u64) -> Extension {
        let first = self.numbers(years);
        Extension {
            paid: Self::paid(first, PRICE),
            chain: ChainId::new(&format!("chain-{first}")).unwrap(),
            product: self.product,
            slots: (first..first + years).map(Self::slot).collect(),
            submission: Some(application_for(self.product)),
        }
    }

    /// Buys a plan.
    pub fn buy_plan(&mut self, units: u32, payment: Payment, now: Timestamp) -> Events {
        let number = self.numbers(1);
        let buy = Command::BuyPlan {
            plan: PlanId::new(&format!("plan-{number}")).unwrap(),
            product: self.product,
            count: NonZeroU32::new(units).unwrap(),
            payment,
        };
        self.tell(&buy, now)
    }

    /// The command that takes a unit of the plan as a slot.
    pub fn drawing(&mut self) -> Command {
        let number = self.numbers(1);
        Command::Draw(Self::slot(number))
    }

    /// The command that renews what is in focus, paid or with a unit of the plan.
    pub fn renewal(&mut self, payment: Option<Payment>) -> Command {
        let number = self.numbers(1);
        Command::Renew {
            slot: Self::slot(number),
            paid: payment.map(|payment| Self::paid(number, payment)),
        }
    }

    /// The upload of a certificate for `www.example.com`.
    pub fn upload(&mut self, called: &str, from: Timestamp, to: Timestamp) -> Upload {
        let number = self.numbers(1);
        let key = SpkiDigest::of(format!("key of {number}").as_bytes());
        Upload {
            slot: Self::slot(number),
            product: self.product,
            name: note(called),
            certificate: certificate(key, &[name("www.example.com")], from, to),
            key,
        }
    }

    /// A command that is granted.
    pub fn tell(&mut self, command: &Command, now: Timestamp) -> Events {
        self.world
            .apply(command, now, &self.law)
            .unwrap_or_else(|refusal| panic!("{now}: {refusal}"))
    }

    /// A command that is refused; nothing changes.
    pub fn refused(&self, command: &Command, now: Timestamp) -> Refusal {
        let mut world = self.world.clone();
        match world.apply(command, now, &self.law) {
            Ok(events) => panic!("{now}: {:?} was granted: {events:?}", command.kind()),
            Err(refusal) => {
                assert_eq!(world, self.world);
                refusal
            }
        }
    }

    /// Whether a command would be granted.
    pub fn grants(&self, command: &Command, now: Timestamp) -> bool {
        self.world.clone().apply(command, now, &self.law).is_ok()
    }

    /// Puts the n-th slot into focus.
    pub fn focus(&mut self, number: u64) {
        self.world.focus(Self::slot(number).instance);
        assert_eq!(self.instance().id(), Self::slot(number).instance);
    }

    /// What is in focus.
    pub fn instance(&self) -> &CertificateInstance {
        self.world.instance().unwrap()
    }

    /// What the owner sees of what is in focus.
    pub fn status(&self, now: Timestamp) -> Status {
        self.world.status(now, &self.law).unwrap()
    }

    /// What the owner sees of the n-th slot.
    pub fn status_of(&self, number: u64, now: Timestamp) -> Status {
        let mut world = self.world.clone();
        world.focus(Self::slot(number).instance);
        world.status(now, &self.law).unwrap()
    }

    /// The application that fits the product, for the slot in focus, under a new order.
    pub fn application(&mut self) -> Command {
        self.application_with(application_for(self.product))
    }

    /// An application for the slot in focus, under a new order.
    pub fn application_with(&mut self, submission: Arc<Submission>) -> Command {
        let number = self.numbers(1);
        Command::Apply {
            order: Self::slot(number).order,
            submission,
        }
    }

    /// Applies with the slot in focus, and brings the application to the CA's review.
    pub fn review(&mut self, now: Timestamp) {
        let apply = self.application();
        self.tell(&apply, now);
        self.prove(now);
    }

    /// The challenge and its proof, where one is waited for.
    pub fn prove(&mut self, now: Timestamp) {
        let application = self.instance().application().unwrap();
        let received = Command::ReceiveChallenge {
            challenge: challenge(application.submission().method()),
            key: key_of(application),
        };
        self.tell(&received, now);
        if self.status(now) == Status::DomainVerification {
            self.tell(&Command::ConfirmDomain, now);
        }
        assert_eq!(self.status(now), Status::Validating);
    }

    /// An approval that fits what is in focus.
    pub fn approval(&self, now: Timestamp, not_after: Timestamp) -> Command {
        let application = self.instance().application().unwrap();
        Command::Approve {
            certificate: fitting(application, now, not_after),
        }
    }

    /// The CA approves what it reviews.
    pub fn approve(&mut self, now: Timestamp, not_after: Timestamp) {
        let approve = self.approval(now, not_after);
        self.tell(&approve, now);
    }

    /// Brings the slot in focus to a certificate.
    pub fn issue(&mut self, now: Timestamp, not_after: Timestamp) {
        self.review(now);
        self.approve(now, not_after);
    }

    /// Requests a revocation at one instant and has the CA complete it at another.
    pub fn revoke(&mut self, requested: Timestamp, completed: Timestamp) -> Events {
        self.tell(&REVOKE, requested);
        if self.status(requested) == Status::RevocationToConfirm {
            self.tell(&Command::ConfirmRevocation, requested);
        }
        self.tell(&Command::CompleteRevocation { at: completed }, completed)
    }

    /// The cash that came back for the purchase behind what is in focus.
    pub fn paid_back(&self) -> Option<u64> {
        use cert_lifecycle::model::RefundState;
        match self.world.purchase().unwrap().bill().refund {
            RefundState::Refunded { cash, .. } => Some(cash),
            RefundState::None | RefundState::Review { .. } => None,
        }
    }
}

/// The holder's request to revoke.
pub const REVOKE: Command = Command::RequestRevocation {
    reason: RevocationReason::Superseded,
};

/// An application by file, for a key that the service makes.
pub fn by_file(product: Product) -> Arc<Submission> {
    let submission = Submission::for_package(
        vec![name("www.example.com")],
        applicant(product.class != ValidationClass::Dv),
        ValidationMethod::File,
        KeySource::ServiceMade(KeyKind::Ec(Curve::P256)),
    );
    Arc::new(submission.unwrap())
}
