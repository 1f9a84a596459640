//! What the laws over all streams brought to light, each as a short story.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::result_large_err,
    reason = "tests stop on the first surprise"
)]

mod support;

use cert_lifecycle::lifecycle::sample::sample_command;
use cert_lifecycle::lifecycle::{
    Case, Command, CommandKind, Event, Events, InstanceEvent, Law, PurchaseEvent, Refusal, WayOut,
    Why, World, decide,
};
use cert_lifecycle::model::time::SECONDS_PER_DAY;
use cert_lifecycle::model::{
    CertificateInstance, InstanceId, OrderId, Phase, Status, Timestamp, ValidationClass,
};
use cert_lifecycle::rulebook::{Edition, RuleId};
use cert_lifecycle::testing::strategy::Content;
use support::scene::at;
use support::streams::{ceilings, owner, variants};

/// A world under one of the variants, told step by step, a minute apart.
struct Tale {
    world: World,
    now: Timestamp,
    edition: &'static Edition,
    number: u64,
}

impl Tale {
    fn under(edition: &'static Edition) -> Self {
        Self {
            world: World::new(owner()),
            now: at("2021-03-01T00:00:00Z"),
            edition,
            number: 0,
        }
    }

    fn law(&self) -> Law<'static> {
        Law::single(self.edition, ceilings())
    }

    fn try_with(&mut self, kind: CommandKind, salt: [u8; 3]) -> Result<Events, Refusal> {
        self.number += 1;
        let content = Content {
            salt,
            ..Content::plain(self.number)
        };
        let command = content
            .command(kind, &self.world, self.now, &self.law())
            .unwrap();
        let answer = self.world.apply(&command, self.now, &self.law());
        self.now = self.now.saturating_add(60);
        answer
    }

    fn refused(&mut self, kind: CommandKind) -> Refusal {
        self.try_with(kind, [0; 3]).expect_err("it is refused")
    }

    fn tell(&mut self, kinds: &[CommandKind]) -> Events {
        let mut last = Events::default();
        for kind in kinds {
            last = self
                .try_with(*kind, [0; 3])
                .unwrap_or_else(|refusal| panic!("{kind:?}: {refusal}"));
        }
        last
    }

    /// Buys so many years at once.
    fn buy(&mut self, years: u8) {
        let salt = [years.saturating_sub(u8::from(years == 1)), 0, 0];
        self.try_with(CommandKind::Buy, salt).unwrap();
    }

    fn focus(&mut self) -> InstanceId {
        self.world.instance().map(CertificateInstance::id).unwrap()
    }

    /// Brings the member of the focus's chain at a place into focus.
    fn member(&mut self, place: usize) {
        let id = self.world.chain().unwrap().members()[place].instance;
        self.world.focus(id);
    }

    fn command(&self, kind: CommandKind) -> Command {
        Content::plain(99)
            .command(kind, &self.world, self.now, &self.law())
            .unwrap()
    }

    fn decide(&self, case: &Case<'_>, kind: CommandKind, law: &Law<'_>) -> Result<Events, Refusal> {
        decide(case, &self.command(kind), self.now, law)
    }

    fn until_due(&mut self) {
        let not_after = self
            .world
            .instance()
            .unwrap()
            .certificate()
            .unwrap()
            .validity()
            .not_after();
        self.now = not_after.saturating_add(-SECONDS_PER_DAY);
    }
}

use CommandKind as K;

const ISSUED: [CommandKind; 4] = [K::Apply, K::ReceiveChallenge, K::ConfirmDomain, K::Approve];

/// T-49: a slot that is closed after a withdrawal still knows a certificate that comes late.
#[test]
fn t49_a_closed_slot_knows_the_certificate_of_its_withdrawn_application() {
    let mut tale = Tale::under(&variants()[0]);
    tale.buy(1);
    tale.tell(&[K::Apply, K::ReceiveChallenge]);
    let late = tale.command(K::Approve);
    tale.tell(&[K::Withdraw, K::Close]);
    let events = tale.world.apply(&late, tale.now, &tale.law()).unwrap();
    assert!(matches!(
        &events[..],
        [Event::Instance {
            event: InstanceEvent::OrphanIssued { .. },
            ..
        }]
    ));
    assert_eq!(
        tale.world.status(tale.now, &tale.law()),
        Some(Status::Closed)
    );
    // Ended slots stay ended, whatever is folded upon them.
    let id = tale.focus();
    let ended = tale.world.instance().unwrap().phase().clone();
    for event in [
        InstanceEvent::Deleted { at: tale.now },
        InstanceEvent::Cancelled { at: tale.now },
        InstanceEvent::Merged {
            into: id,
            at: tale.now,
        },
    ] {
        tale.world.fold(&Event::Instance { id, event });
        assert_eq!(tale.world.instance().unwrap().phase(), &ended);
    }
}

/// a renewal is judged by the edition of what paid for the certificate, and by no other.
#[test]
fn r28_renewal_is_bound_to_the_edition_of_the_purchase() {
    let mut tale = Tale::under(&variants()[0]);
    tale.buy(1);
    tale.tell(&ISSUED);
    let law = Law {
        money: &variants()[1],
        ..tale.law()
    };
    let refusal = tale.decide(&tale.world.case(), K::Renew, &law).unwrap_err();
    assert_eq!(
        (refusal.why(), refusal.way_out()),
        (Why::OtherEdition, WayOut::LoadPinned)
    );
    tale.tell(&[K::Renew]);
}

/// whether a certificate is hosted decides its renewal, so the chain must be at hand.
#[test]
fn r54_renewal_of_a_member_asks_for_its_chain() {
    let mut tale = Tale::under(&variants()[1]);
    tale.buy(2);
    tale.tell(&ISSUED);
    let hosted = tale
        .decide(&tale.world.case(), K::Renew, &tale.law())
        .unwrap_err();
    assert_eq!(
        (hosted.status(), hosted.why()),
        (Some(Status::Hosted), Why::RenewalWindow)
    );
    let case = Case {
        chain: None,
        ..tale.world.case()
    };
    let refusal = tale.decide(&case, K::Renew, &tale.law()).unwrap_err();
    assert_eq!(
        (refusal.why(), refusal.way_out()),
        (Why::OtherChain, WayOut::LoadAll)
    );
}

/// a claim for what was bought by itself never falls upon a plan that happens to be at hand.
#[test]
fn r24_a_claim_without_its_purchase_spares_the_plan() {
    let mut tale = Tale::under(&variants()[0]);
    tale.tell(&[K::BuyPlan]);
    tale.buy(1);
    let case = Case {
        purchase: None,
        ..tale.world.case()
    };
    assert!(case.plan.is_some());
    let refusal = tale.decide(&case, K::ClaimRefund, &tale.law()).unwrap_err();
    assert_eq!(
        (refusal.why(), refusal.way_out()),
        (Why::OtherPurchase, WayOut::LoadAll)
    );
}

/// where a revocation pays back by itself, another edition at hand is refused, and does
/// not lose the money in silence.
#[test]
fn r28_a_revocation_that_pays_back_asks_for_the_edition_of_the_purchase() {
    let mut tale = Tale::under(&variants()[2]);
    tale.buy(1);
    tale.tell(&ISSUED);
    let law = Law {
        money: &variants()[0],
        ..tale.law()
    };
    let refusal = tale
        .decide(&tale.world.case(), K::RecordCaRevocation, &law)
        .unwrap_err();
    assert_eq!(refusal.why(), Why::OtherEdition);
    let case = Case {
        purchase: None,
        ..tale.world.case()
    };
    assert!(
        tale.decide(&case, K::RecordCaRevocation, &tale.law())
            .is_err()
    );
    let events = tale.tell(&[K::RecordCaRevocation]);
    assert_eq!(paid_back(&events), 1);
}

fn paid_back(events: &[Event]) -> usize {
    let paid = |event: &&Event| {
        matches!(
            event,
            Event::Purchase {
                event: PurchaseEvent::Refunded { .. },
                ..
            }
        )
    };
    events.iter().filter(paid).count()
}

/// T-42: merging loses the right to a refund, also to one that a revocation brings by itself.
#[test]
fn t42_what_absorbed_another_slot_is_not_paid_back_by_a_revocation() {
    let mut tale = Tale::under(&variants()[2]);
    tale.buy(1);
    let first = tale.focus();
    tale.buy(1);
    tale.world.set_other(Some(first));
    tale.tell(&[K::Merge]);
    tale.world.set_other(None);
    tale.world.focus(first);
    tale.tell(&ISSUED);
    let events = tale.tell(&[K::RecordCaRevocation]);
    assert_eq!(paid_back(&events), 0);
    assert_eq!(tale.refused(K::ClaimRefund).why(), Why::WasMerged);
}

/// years bought later are forfeited once the second of them was applied for, as years bought
/// at once are.
#[test]
fn r29_late_years_are_forfeited_once_the_chain_moved_on() {
    let mut tale = Tale::under(&variants()[0]);
    tale.buy(1);
    tale.tell(&ISSUED);
    // Two further years.
    tale.try_with(K::EnableHosting, [1, 0, 0]).unwrap();
    tale.until_due();
    tale.member(1);
    tale.tell(&[K::Activate, K::ReceiveChallenge, K::Approve]);
    tale.until_due();
    tale.member(2);
    tale.tell(&[K::Activate]);
    tale.member(1);
    tale.tell(&[K::RecordCaRevocation]);
    assert_eq!(tale.refused(K::ClaimRefund).why(), Why::ChainMovedOn);
}

/// T-24, T-25, L4: a hosted certificate is revoked after its members are cancelled, also where their
/// price was paid back already.
#[test]
fn t25_members_that_were_paid_back_are_cancelled() {
    let mut tale = Tale::under(&variants()[0]);
    tale.buy(1);
    tale.tell(&ISSUED);
    let head = tale.focus();
    tale.tell(&[K::EnableHosting]);
    tale.member(1);
    tale.tell(&[K::ClaimRefund]);
    assert_eq!(
        tale.world.status(tale.now, &tale.law()),
        Some(Status::Refunded)
    );
    tale.world.focus(head);
    let law = Law {
        conduct: &variants()[1],
        ..tale.law()
    };
    let refusal = tale
        .decide(&tale.world.case(), K::RequestRevocation, &law)
        .unwrap_err();
    assert_eq!(
        (refusal.why(), refusal.way_out()),
        (Why::Hosted, WayOut::CancelMembers)
    );
    tale.member(1);
    tale.tell(&[K::CancelOrder]);
    assert_eq!(
        tale.world.status(tale.now, &tale.law()),
        Some(Status::Refunded)
    );
    tale.world.focus(head);
    assert!(
        tale.decide(&tale.world.case(), K::RequestRevocation, &law)
            .is_ok()
    );
}

/// L4: what a refusal advises is possible in that very case.
#[test]
fn l4_advice_looks_at_refunds_hosting_and_expiry() {
    // Paid back: nothing is applied for.
    let mut tale = Tale::under(&variants()[0]);
    tale.buy(1);
    tale.tell(&[K::ClaimRefund]);
    assert_eq!(tale.refused(K::Collect).way_out(), WayOut::None);

    // A member that waits, while the one before it is in process.
    let mut tale = Tale::under(&variants()[0]);
    tale.buy(2);
    tale.tell(&[K::Apply]);
    tale.member(1);
    for kind in [K::Withdraw, K::RequestRevocation, K::Activate] {
        assert_eq!(tale.refused(kind).way_out(), WayOut::AwaitCa, "{kind:?}");
    }

    // Hosted: first the members, under an edition that revokes nothing hosted.
    let mut tale = Tale::under(&variants()[2]);
    tale.buy(2);
    tale.tell(&ISSUED);
    for (kind, way_out) in [
        (K::Delete, WayOut::CancelMembers),
        (K::ConfirmRevocation, WayOut::CancelMembers),
        (K::ClaimRefund, WayOut::CancelMembersFirst),
    ] {
        assert_eq!(tale.refused(kind).way_out(), way_out, "{kind:?}");
    }

    // Expired: there is nothing to revoke any more.
    let mut tale = Tale::under(&variants()[0]);
    tale.buy(1);
    tale.tell(&ISSUED);
    assert_eq!(tale.refused(K::ClaimRefund).way_out(), WayOut::RevokeFirst);
    tale.tell(&[K::RequestRevocation]);
    assert_eq!(
        tale.refused(K::ClaimRefund).way_out(),
        WayOut::AwaitRevocation
    );
    tale.tell(&[K::RefuseRevocation]);
    tale.now = tale.now.saturating_add(400 * SECONDS_PER_DAY);
    let over = tale.refused(K::ClaimRefund);
    assert_eq!(
        (over.why(), over.way_out()),
        (Why::RefundWindow, WayOut::None)
    );
}

/// L1, L10: a slot that waits for a chain it is no member of has an answer, and one alone.
#[test]
fn l10_a_waiting_slot_without_a_chain_is_refused() {
    let mut tale = Tale::under(&variants()[0]);
    tale.buy(2);
    tale.member(1);
    let mut opened = tale.world.clone();
    let id = InstanceId::new("alone").unwrap();
    let own = tale.world.instance().unwrap();
    assert!(matches!(own.phase(), Phase::NotActivated { .. }));
    let event = InstanceEvent::Opened(Box::new(cert_lifecycle::lifecycle::Opened {
        account: owner(),
        product: own.product(),
        origin: own.origin(),
        order: own.order(),
        chain: None,
        waits: true,
        renewed: None,
        at: tale.now,
    }));
    opened.fold(&Event::Instance { id, event });
    opened.focus(id);
    // With a chain at hand that is another's.
    let case = Case {
        chain: tale.world.chain(),
        ..opened.case()
    };
    for kind in [K::Activate, K::CancelOrder] {
        let refusal = tale.decide(&case, kind, &tale.law()).unwrap_err();
        assert_eq!(refusal.why(), Why::OtherChain, "{kind:?}");
    }
}

/// the id of an order is used once, whichever slot it is for.
#[test]
fn r40_an_order_is_used_once() {
    let mut tale = Tale::under(&variants()[0]);
    tale.buy(1);
    let taken = tale.world.instance().unwrap().order();
    let law = tale.law();
    let Command::Apply { submission, .. } =
        sample_command(K::Apply, ValidationClass::Dv, &law).unwrap()
    else {
        panic!("another command");
    };
    let apply = |order| Command::Apply {
        order,
        submission: submission.clone(),
    };
    let before = tale.world.clone();
    let refusal = tale.world.apply(&apply(taken), tale.now, &law).unwrap_err();
    assert_eq!(
        (refusal.rule(), refusal.why(), refusal.way_out()),
        (RuleId::R40, Why::IdTaken, WayOut::NewId)
    );
    assert_eq!(tale.world, before);
    let fresh = OrderId::new(4_711).unwrap();
    tale.world.apply(&apply(fresh), tale.now, &law).unwrap();
    tale.world
        .apply(&Command::Withdraw, tale.now, &law)
        .unwrap();
    // Nor again for a later application of the same slot.
    let refusal = tale.world.apply(&apply(fresh), tale.now, &law).unwrap_err();
    assert_eq!(refusal.why(), Why::IdTaken);
}
