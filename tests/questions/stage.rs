//! Rulebooks with windows of every kind, and lives that are short to write.

use std::sync::Arc;

use cert_lifecycle::lifecycle::sample::sample_command;
use cert_lifecycle::lifecycle::{
    Command, CommandKind, Events, Law, NewPurchase, Paid, Slot, World,
};
use cert_lifecycle::model::{
    AccountId, CertificateFacts, ChainId, Currency, Day, DomainName, InstanceId, IssuedCertificate,
    KeyKind, OrderId, Payment, Product, PurchaseId, RevocationReason, Serial, SpkiDigest,
    Timestamp, ValidationClass, Validity,
};
use cert_lifecycle::rulebook::{
    AddOn, Anchor, Ceiling, Ceilings, Dated, Edition, LateHosting, MessageRule, Method, NoticeRule,
    PlanRefundRule, RefundAct, RefundCase, RefundClause, RefundLimit, RefundMargin, RefundRule,
    RefundTrigger, ReturnDays, Review, Rulebook, RulebookParts, Scope, ShownDays, Sourced, Trigger,
    Unused,
};

pub fn at(text: &str) -> Timestamp {
    text.parse().expect(text)
}

pub fn day(text: &str) -> Day {
    at(&format!("{text}T00:00:00Z")).day_in(cert_lifecycle::model::Offset::UTC)
}

pub fn since<T>(from: &str, value: T) -> Dated<T> {
    Dated {
        from: day(from),
        scope: Scope::ALL,
        value: Sourced::declared(value, "C2"),
    }
}

pub fn always<T>(value: T) -> Vec<Dated<T>> {
    vec![since("2018-06-07", value)]
}

pub fn limit(anchor: Anchor, act: RefundAct, days: u16) -> RefundLimit {
    RefundLimit {
        anchor,
        act,
        days,
        method: Method::EndOfDay,
    }
}

pub fn clause(case: RefundCase, limits: &[RefundLimit], review: Review) -> RefundClause {
    RefundClause {
        case,
        add_on: AddOn::Any,
        limits: limits.iter().copied().collect(),
        review,
    }
}

/// A rulebook whose refunds, messages and hosting have windows, and whose notice changes in 2022.
pub fn console_of_2020(parts: &mut RulebookParts) {
    parts.refund = always(RefundRule {
        clauses: [
            clause(
                RefundCase::Unissued,
                &[limit(Anchor::Payment, RefundAct::Claim, 5)],
                Review::Instant,
            ),
            clause(RefundCase::Unissued, &[], Review::WorkingDays(15)),
            clause(
                RefundCase::Revoked,
                &[limit(Anchor::Issuance, RefundAct::RevocationCompleted, 28)],
                Review::WorkingDays(15),
            ),
        ]
        .into_iter()
        .collect(),
    });
    parts.refund_trigger = always(RefundTrigger::OnClaim);
    parts.refund_margin = always(RefundMargin {
        natural: 15,
        working: 15,
    });
    parts.plan_refund = always(PlanRefundRule {
        days: Some(30),
        method: Method::EndOfDay,
        unused: Unused::LedgerFull,
    });
    parts.messages = always(MessageRule {
        leads: [30, 7].into_iter().collect(),
        uploaded: true,
    });
    parts.grace = always(ShownDays(Some(7)));
    parts.late_hosting = always(LateHosting::LastDays(15));
    parts.notice = vec![
        since("2018-06-07", NoticeRule { within_days: 60 }),
        since("2022-01-01", NoticeRule { within_days: 30 }),
    ];
    parts.return_days = always(ReturnDays(30));
}

/// Seven days from the payment, at once when the certificate is revoked; hosting as long as more than
/// thirty days remain.
pub fn console_of_2021(parts: &mut RulebookParts) {
    console_of_2020(parts);
    parts.refund = always(RefundRule {
        clauses: [
            clause(
                RefundCase::Unissued,
                &[limit(Anchor::Payment, RefundAct::Claim, 7)],
                Review::Instant,
            ),
            clause(
                RefundCase::Revoked,
                &[
                    limit(Anchor::Payment, RefundAct::Claim, 7),
                    limit(Anchor::Issuance, RefundAct::RevocationRequested, 3),
                ],
                Review::Instant,
            ),
            clause(
                RefundCase::Revoked,
                &[limit(Anchor::Payment, RefundAct::Claim, 30)],
                Review::WorkingDays(5),
            ),
        ]
        .into_iter()
        .collect(),
    });
    parts.late_hosting = always(LateHosting::MoreThan(30));
    parts.hosting_trigger = always(Trigger {
        days: 30,
        strict: true,
    });
}

pub fn paid_on_revocation(parts: &mut RulebookParts) {
    console_of_2021(parts);
    let within = |days| {
        [limit(
            Anchor::Issuance,
            RefundAct::RevocationCompleted,
            days,
        )]
    };
    parts.refund = always(RefundRule {
        clauses: [
            clause(RefundCase::Revoked, &within(10), Review::Instant),
            clause(RefundCase::Revoked, &within(40), Review::WorkingDays(5)),
        ]
        .into_iter()
        .collect(),
    });
    parts.refund_trigger = always(RefundTrigger::OnRevocation);
}

/// A rulebook with other parts than the published ones.
pub fn book(change: impl FnOnce(&mut RulebookParts)) -> Rulebook {
    let mut parts = Rulebook::published().parts().clone();
    change(&mut parts);
    Rulebook::new(parts).unwrap()
}

/// One ceiling for all days.
pub fn ceiling(days: u16) -> Ceilings {
    let entry = Ceiling {
        from: Timestamp::MIN,
        max_days: days,
        advised_days: days,
    };
    Ceilings::new(vec![Sourced::declared(entry, "BR")]).unwrap()
}

/// 1500.00 in cash and 50.00 in vouchers.
pub const PRICE: Payment = Payment {
    voucher: 5_000,
    ..Payment::cash(150_000, Currency::CNY)
};

/// A life in a world, with the certificates that it asks for.
#[derive(Clone)]
pub struct Life<'a> {
    pub world: World,
    pub law: Law<'a>,
    pub product: Product,
}

impl<'a> Life<'a> {
    pub fn new(edition: &'a Edition, ceilings: &'a Ceilings, product: Product) -> Self {
        Self {
            world: World::new(AccountId::new("tom").unwrap()),
            law: Law::single(edition, ceilings),
            product,
        }
    }

    pub fn tell(&mut self, command: &Command, now: Timestamp) -> Events {
        let answer = self.world.apply(command, now, &self.law);
        answer.unwrap_or_else(|refusal| panic!("{now}: {refusal}"))
    }

    /// Buys so many years for the [`PRICE`].
    pub fn buy(&mut self, years: u64, now: Timestamp) {
        let command = self.purchase(years, PRICE);
        self.tell(&command, now);
    }

    /// The purchase of so many years.
    pub fn purchase(&self, years: u64, payment: Payment) -> Command {
        let slot = |number| Slot {
            instance: instance_id(number),
            order: OrderId::new(number).unwrap(),
        };
        Command::Buy(Arc::new(NewPurchase {
            paid: Paid {
                purchase: PurchaseId::new("purchase").unwrap(),
                payment,
            },
            product: self.product,
            slots: (1..=years).map(slot).collect(),
            chain: (years > 1).then(|| ChainId::new("chain").unwrap()),
        }))
    }

    /// A typical command of a kind.
    pub fn typical(&self, kind: CommandKind) -> Command {
        sample_command(kind, ValidationClass::Dv, &self.law).unwrap()
    }

    /// Applies by hand with the instance in focus.
    pub fn apply(&mut self, order: u64, now: Timestamp) {
        let Command::Apply { submission, .. } = self.typical(CommandKind::Apply) else {
            panic!("another command");
        };
        let order = OrderId::new(order).unwrap();
        self.tell(&Command::Apply { order, submission }, now);
    }

    /// Bought for so many years, applied for by hand and issued, at one instant.
    pub fn certify(&mut self, years: u64, now: Timestamp) {
        self.buy(years, now);
        self.apply(11, now);
        self.issue(now);
    }

    /// Lets the service activate the instance in focus.
    pub fn activate(&mut self, order: u64, now: Timestamp) {
        let order = OrderId::new(order).unwrap();
        self.tell(&Command::Activate { order }, now);
    }

    /// From the challenge to the certificate, at one instant; the certificate is asked for with
    /// `term_end`.
    pub fn issue(&mut self, now: Timestamp) {
        let not_after =
            cert_lifecycle::lifecycle::term_end(self.world.instance().unwrap(), now, &self.law);
        self.issue_until(now, not_after);
    }

    /// From the request to its completion, at one instant.
    pub fn revoke(&mut self, now: Timestamp) {
        let reason = RevocationReason::Unspecified;
        self.tell(&Command::RequestRevocation { reason }, now);
        self.tell(&Command::CompleteRevocation { at: now }, now);
    }

    pub fn issue_until(&mut self, now: Timestamp, not_after: Timestamp) {
        let order = self.world.instance().unwrap().order();
        let key = SpkiDigest::of(&order.get().to_be_bytes());
        if let Command::ReceiveChallenge { challenge, .. } =
            self.typical(CommandKind::ReceiveChallenge)
        {
            self.tell(&Command::ReceiveChallenge { challenge, key }, now);
        }
        self.tell(&Command::ConfirmDomain, now);
        let application = self.world.instance().unwrap().application().unwrap();
        let certificate = certificate(key, application.names(), now, not_after);
        self.tell(&Command::Approve { certificate }, now);
    }
}

pub fn instance_id(number: u64) -> InstanceId {
    InstanceId::new(&format!("instance-{number}")).unwrap()
}

pub fn certificate(
    key: SpkiDigest,
    names: &[DomainName],
    not_before: Timestamp,
    not_after: Timestamp,
) -> Arc<IssuedCertificate> {
    let der = format!("{key} {names:?} {not_before} {not_after}");
    let facts = CertificateFacts {
        der: Arc::from(der.as_bytes()),
        chain: Vec::new(),
        names: names.to_vec(),
        key: KeyKind::Ec(cert_lifecycle::model::Curve::P256),
        spki: key,
        validity: Validity::new(not_before, not_after).unwrap(),
        serial: Serial::new(&[1]).unwrap(),
        issuer: Arc::from("CN=Sample CA"),
    };
    Arc::new(IssuedCertificate::new(facts).unwrap())
}

/// A single-name product of a class, for money.
pub fn product(class: ValidationClass) -> Product {
    Product {
        code: cert_lifecycle::model::ProductCode::new("sample").unwrap(),
        class,
        names: cert_lifecycle::model::NameKind::Single,
        free: false,
    }
}
