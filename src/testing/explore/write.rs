//! A state as few bytes: as it is, or in the names of its symmetry class.

use std::vec::Vec;

use crate::lifecycle::{Case, World};
use crate::model::instance::Annex;
use crate::model::{
    Application, Bill, CertificateInstance, ChainId, End, HoldState, HostingChain, InstanceId,
    IssuedCertificate, Live, MemberState, OrderId, Origin, Phase, PlanId, Purchase, PurchaseId,
    PurchaseKind, RefundState, ResourcePlan, RevocationCause, RevocationReason, RevocationStage,
    Timestamp,
};

use super::super::timeline::Laws;
use super::fingerprint::fingerprint;
use super::kit::{Kit, number, order_number};
use super::state::State;

/// What is written for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// Its number. Everything is written, and can be read again.
    Own,
    /// Where it first stands. What no decision reads is left out.
    ByPlace,
    /// Nothing. What no decision reads is left out.
    None,
}

/// The names that were given by place, one list a kind.
#[derive(Clone, Debug)]
struct Given {
    by_number: [u8; 64],
    last: u8,
}

impl Given {
    const NONE: Self = Self {
        by_number: [0; 64],
        last: 0,
    };

    fn of(&mut self, number: u8) -> u8 {
        let last = &mut self.last;
        match self.by_number.get_mut(usize::from(number)) {
            Some(0) => {
                *last = last.saturating_add(1);
                if let Some(given) = self.by_number.get_mut(usize::from(number)) {
                    *given = *last;
                }
                *last
            }
            Some(given) => *given,
            None => u8::MAX,
        }
    }

    /// The number that a name was given to.
    fn number(&self, name: u8) -> Option<u8> {
        let at = self.by_number.iter().position(|given| *given == name)?;
        u8::try_from(at).ok()
    }
}

pub(super) struct Writer<'k> {
    kit: &'k Kit,
    laws: &'k Laws,
    start: Timestamp,
    names: Names,
    instances: Given,
    orders: Given,
    purchases: Given,
    chains: Given,
    out: Vec<u8>,
    /// Whether everything could be written down.
    exact: bool,
}

impl<'k> Writer<'k> {
    pub(super) fn new(kit: &'k Kit, laws: &'k Laws, start: Timestamp, names: Names) -> Self {
        Self {
            kit,
            laws,
            start,
            names,
            instances: Given::NONE,
            orders: Given::NONE,
            purchases: Given::NONE,
            chains: Given::NONE,
            out: Vec::with_capacity(256),
            exact: true,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.out
    }

    /// 128 bits that stand for what was written.
    pub(super) fn fingerprint(&self) -> u128 {
        fingerprint(&self.out).0
    }

    pub(super) const fn is_exact(&self) -> bool {
        self.exact
    }

    /// A whole state, its instances in the order of their names.
    pub(super) fn state(&mut self, state: &State) {
        self.counts(state);
        self.at(state.now);
        self.plans(&state.world);
        let world = &state.world;
        self.count(world.instances().count());
        for instance in world.instances() {
            let name = self.instance_name(instance.id());
            self.byte(name);
            self.instance(instance);
        }
        self.count(world.purchases().count());
        for purchase in world.purchases() {
            let name = self.purchase_name(purchase.id());
            self.byte(name);
            self.purchase(purchase);
        }
        self.count(world.chains().count());
        for chain in world.chains() {
            let name = self.chain_name(chain.id());
            self.byte(name);
            self.chain(chain);
        }
    }

    /// A whole state in the names of its class: the instances in this order, all else in the order in
    /// which they speak of it.
    pub(super) fn class(&mut self, state: &State, order: &[&CertificateInstance]) {
        self.counts(state);
        self.at(state.now);
        self.plans(&state.world);
        for instance in order {
            let _ = self.instance_name(instance.id());
        }
        self.count(order.len());
        for instance in order {
            self.instance(instance);
        }
        let world = &state.world;
        for purchase in world.purchases() {
            let _ = self.purchase_name(purchase.id());
        }
        for chain in world.chains() {
            let _ = self.chain_name(chain.id());
        }
        for name in 1..=self.purchases.last {
            let own = self.purchases.number(name);
            let own = world
                .purchases()
                .find(|one| Some(number(one.id().as_str())) == own);
            if let Some(own) = own {
                self.purchase(own);
            }
        }
        for name in 1..=self.chains.last {
            let own = self.chains.number(name);
            let own = world
                .chains()
                .find(|one| Some(number(one.id().as_str())) == own);
            if let Some(own) = own {
                self.chain(own);
            }
        }
    }

    /// All that a question about a case can see.
    pub(super) fn case(&mut self, case: &Case<'_>, now: Timestamp) {
        self.at(now);
        for own in [case.instance, case.other] {
            self.flag(own.is_some());
            if let Some(own) = own {
                let _ = self.instance_name(own.id());
                self.instance(own);
            }
        }
        for own in [case.plan, case.draw_from] {
            self.flag(own.is_some());
            if let Some(own) = own {
                self.plan(own);
            }
        }
        for own in [case.purchase, case.other_purchase] {
            self.flag(own.is_some());
            if let Some(own) = own {
                let name = self.purchase_name(own.id());
                self.byte(name);
                self.purchase(own);
            }
        }
        self.flag(case.chain.is_some());
        if let Some(own) = case.chain {
            self.chain(own);
        }
        let beside = case.beside;
        for allowance in [beside.of_product, beside.of_account] {
            for count in [allowance.bought, allowance.kept, allowance.revoked] {
                self.small(u64::from(count));
            }
        }
        self.small(u64::from(beside.free_this_year));
    }

    /// What an instance is by itself, and what pays for it.
    pub(super) fn looks(&mut self, world: &World, own: &CertificateInstance) {
        self.instance(own);
        let purchase = world
            .purchases()
            .find(|one| Some(one.id()) == own.purchase());
        if let Some(purchase) = purchase {
            self.purchase(purchase);
            self.flag(purchase.first() == own.id());
        }
        let chain = world.chains().find(|one| Some(one.id()) == own.chain());
        if let Some(chain) = chain {
            self.chain(chain);
            let place = chain
                .members()
                .iter()
                .position(|member| member.instance == own.id());
            self.count(place.unwrap_or_default());
        }
    }

    fn counts(&mut self, state: &State) {
        self.byte(state.orders);
        self.byte(state.turns);
    }

    fn plans(&mut self, world: &World) {
        self.count(world.plans().count());
        for plan in world.plans() {
            self.plan(plan);
        }
    }

    fn byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    fn flag(&mut self, flag: bool) {
        self.byte(u8::from(flag));
    }

    /// A number that small worlds keep small.
    fn small(&mut self, count: u64) {
        let small = u8::try_from(count);
        self.exact &= small.is_ok();
        self.byte(small.unwrap_or(u8::MAX));
    }

    fn count(&mut self, count: usize) {
        self.small(u64::try_from(count).unwrap_or(u64::MAX));
    }

    fn at(&mut self, at: Timestamp) {
        let seconds = at.unix_seconds().saturating_sub(self.start.unix_seconds());
        let small = i32::try_from(seconds);
        self.exact &= small.is_ok();
        self.out
            .extend_from_slice(&small.unwrap_or(i32::MAX).to_le_bytes());
    }

    /// An instant that no decision, status or agenda reads.
    fn unread(&mut self, at: Timestamp) {
        if self.names == Names::Own {
            self.at(at);
        }
    }

    /// What must be as it is in every state of the world.
    const fn given(&mut self, holds: bool) {
        self.exact &= holds;
    }

    fn instance_name(&mut self, id: InstanceId) -> u8 {
        let number = number(id.as_str());
        match self.names {
            Names::Own => number,
            Names::ByPlace => self.instances.of(number),
            Names::None => 0,
        }
    }

    fn order_name(&mut self, order: OrderId) -> u8 {
        let number = order_number(order);
        match self.names {
            Names::Own => number,
            Names::ByPlace => self.orders.of(number),
            Names::None => 0,
        }
    }

    fn purchase_name(&mut self, id: PurchaseId) -> u8 {
        let number = number(id.as_str());
        match self.names {
            Names::Own => number,
            Names::ByPlace => self.purchases.of(number),
            Names::None => 0,
        }
    }

    fn chain_name(&mut self, id: ChainId) -> u8 {
        let number = number(id.as_str());
        match self.names {
            Names::Own => number,
            Names::ByPlace => self.chains.of(number),
            Names::None => 0,
        }
    }

    fn instance_of(&mut self, id: InstanceId) {
        let name = self.instance_name(id);
        self.byte(name);
    }

    fn order_of(&mut self, order: OrderId) {
        let name = self.order_name(order);
        self.byte(name);
    }

    fn purchase_of(&mut self, id: PurchaseId) {
        let name = self.purchase_name(id);
        self.byte(name);
    }

    fn chain_of(&mut self, id: Option<ChainId>) {
        let name = id.map_or(0, |id| self.chain_name(id));
        self.flag(id.is_some());
        self.byte(name);
    }

    /// Plans keep their own names: where several could be drawn from, their order decides.
    fn plan_of(&mut self, id: PlanId) {
        self.byte(number(id.as_str()));
    }

    fn pin(&mut self, pin: &crate::model::Pin) {
        let mut editions = self.laws.editions().iter();
        let place = editions.position(|edition| edition.has_pin(pin));
        self.given(place.is_some());
        self.count(place.unwrap_or_default());
    }

    fn bill(&mut self, bill: &Bill) {
        self.given(bill.payment == self.kit.payment);
        self.at(bill.paid_at);
        self.pin(&bill.pin);
        match bill.refund {
            RefundState::None => self.byte(0),
            RefundState::Review { claimed_at } => {
                self.byte(1);
                self.unread(claimed_at);
            }
            RefundState::Refunded { at, cash } => {
                self.byte(2);
                self.unread(at);
                self.out.extend_from_slice(&cash.to_le_bytes());
            }
        }
    }

    fn plan(&mut self, plan: &ResourcePlan) {
        self.plan_of(plan.id);
        self.given(plan.product == self.kit.product);
        self.bill(&plan.bill);
        for count in [plan.total, plan.reserved, plan.settled, plan.revocations] {
            self.small(u64::from(count));
        }
        for count in [plan.issued, plan.revoked, plan.taken] {
            self.small(count);
        }
    }

    fn purchase(&mut self, own: &Purchase) {
        self.given(own.product == self.kit.product);
        self.byte(match own.kind {
            PurchaseKind::New => 0,
            PurchaseKind::Renewal => 1,
            PurchaseKind::Hosting => 2,
        });
        self.bill(&own.bill);
        self.instance_of(own.first);
        self.chain_of(own.chain);
        self.small(u64::from(own.count));
        self.small(u64::from(own.revocations));
    }

    fn chain(&mut self, chain: &HostingChain) {
        self.given(chain.product == self.kit.product);
        self.purchase_of(chain.purchase);
        self.pin(&chain.pin);
        self.flag(chain.submission.is_some());
        self.count(chain.members.len());
        for member in &chain.members {
            self.instance_of(member.instance);
            self.byte(match member.state {
                MemberState::Begun => 0,
                MemberState::Waiting => 1,
                MemberState::Cancelled => 2,
            });
        }
    }

    fn instance(&mut self, own: &CertificateInstance) {
        self.given(own.product == self.kit.product && own.account == self.kit.account);
        match own.origin {
            Origin::Plan(hold) => {
                self.byte(0);
                self.plan_of(hold.plan);
                self.byte(match hold.state {
                    HoldState::Reserved => 0,
                    HoldState::Settled => 1,
                    HoldState::Returned => 2,
                });
            }
            Origin::Purchase(id) => {
                self.byte(1);
                self.purchase_of(id);
            }
            Origin::Uploaded => self.byte(2),
        }
        self.phase(&own.phase);
        match own.annex.as_deref() {
            None => self.byte(0),
            // Empty again, it means as much as none.
            Some(annex) if self.names != Names::Own && *annex == Annex::default() => self.byte(0),
            Some(annex) => self.annex(annex),
        }
    }

    fn annex(&mut self, annex: &Annex) {
        self.byte(1);
        self.chain_of(annex.chain);
        self.flag(annex.renewed.is_some());
        if let Some(renewed) = annex.renewed {
            self.instance_of(renewed.from);
            self.flag(renewed.carries.is_some());
            if let Some(last) = renewed.carries {
                self.at(last);
            }
        }
        self.count(annex.absorbed.len());
        for id in &annex.absorbed {
            self.instance_of(*id);
        }
        self.count(annex.deployments.len());
        for one in &annex.deployments {
            self.given(one.target == self.kit.target && one.domain.is_none());
            self.unread(one.at);
        }
        self.count(annex.earlier.len());
        for one in &annex.earlier {
            self.order_of(one.order);
            self.key(one.order, one.key);
        }
        self.count(annex.orphans.len());
        for orphan in &annex.orphans {
            let number = (1..=super::kit::MOST_ORDERS).find(|number| {
                self.kit
                    .order(*number)
                    .is_some_and(|of| of.fingerprint == *orphan)
            });
            self.given(number.is_some());
            let order = number.and_then(|number| Some(self.kit.order(number)?.id));
            match order {
                Some(order) => self.order_of(order),
                None => self.byte(0),
            }
        }
    }

    /// An order has one key.
    fn key(&mut self, order: OrderId, key: Option<crate::model::SpkiDigest>) {
        let own = self.kit.order(order_number(order)).map(|of| of.key);
        self.given(key.is_none() || key == own);
        self.flag(key.is_some());
    }

    fn application(&mut self, own: &Application) {
        self.given(*own.submission == *self.kit.submission && own.names == self.kit.names);
        self.order_of(own.order);
        self.unread(own.submitted_at);
        self.pin(&own.pin);
        self.key(own.order, own.key);
        self.flag(own.challenge.is_some());
        self.flag(own.automatic);
    }

    fn certificate(&mut self, order: OrderId, own: &IssuedCertificate) {
        let of = self.kit.order(order_number(order));
        let known = of.is_some_and(|of| of.fingerprint == own.fingerprint());
        self.given(known);
        self.at(own.validity().not_before());
        self.at(own.validity().not_after());
    }

    fn reason(&mut self, reason: RevocationReason) {
        self.byte(reason.code());
    }

    fn noticed(&mut self, at: Option<Timestamp>) {
        self.flag(at.is_some());
        if let Some(at) = at {
            self.unread(at);
        }
    }

    fn live(&mut self, own: &Live) {
        self.application(&own.application);
        self.certificate(own.application.order, &own.certificate);
        self.at(own.issued_at);
        self.noticed(own.noticed_at);
        self.flag(own.revocation.is_some());
        if let Some(revocation) = own.revocation {
            self.byte(match revocation.stage {
                RevocationStage::ToConfirm => 0,
                RevocationStage::InReview => 1,
            });
            self.at(revocation.requested_at);
            self.flag(revocation.confirmed_at.is_some());
            if let Some(at) = revocation.confirmed_at {
                self.unread(at);
            }
            self.reason(revocation.reason);
        }
    }

    fn phase(&mut self, phase: &Phase) {
        match phase {
            Phase::NotActivated { order } => {
                self.byte(0);
                self.order_of(*order);
            }
            Phase::Bought { order, at } => {
                self.byte(1);
                self.order_of(*order);
                self.unread(*at);
            }
            Phase::Verifying(own) => {
                self.byte(2);
                self.application(own);
            }
            Phase::Validating(own) => {
                self.byte(3);
                self.application(own);
            }
            Phase::Failed {
                application,
                at,
                reason,
            } => {
                self.byte(4);
                self.given(*reason == self.kit.note);
                self.application(application);
                self.unread(*at);
            }
            Phase::Pending { withdrawn, at } => {
                self.byte(5);
                self.application(withdrawn);
                self.unread(*at);
            }
            Phase::Live(own) => {
                self.byte(6);
                self.live(own);
            }
            Phase::Revoked {
                live,
                at,
                cause,
                reason,
            } => {
                self.byte(7);
                self.live(live);
                self.at(*at);
                self.byte(match cause {
                    RevocationCause::ByHolder => 0,
                    RevocationCause::ByCa => 1,
                });
                self.reason(*reason);
            }
            Phase::Uploaded(own) => {
                self.byte(8);
                self.given(own.name.as_str() == super::small::upload_name(order_number(own.order)));
                self.order_of(own.order);
                self.certificate(own.order, &own.certificate);
                self.unread(own.at);
                self.noticed(own.noticed_at);
            }
            Phase::Ended { order, how, at } => {
                self.byte(9);
                self.order_of(*order);
                match how {
                    End::Closed => self.byte(0),
                    End::Cancelled => self.byte(1),
                    End::Merged(into) => {
                        self.byte(2);
                        self.instance_of(*into);
                    }
                }
                self.unread(*at);
            }
            Phase::Deleted {
                order,
                key,
                names,
                certificate,
                at,
            } => {
                self.byte(10);
                self.order_of(*order);
                self.key(*order, *key);
                self.given(names.as_ref().is_none_or(|names| *names == self.kit.names));
                self.flag(names.is_some());
                let of = self.kit.order(order_number(*order));
                let known = certificate.is_none() || of.map(|of| of.fingerprint) == *certificate;
                self.given(known);
                self.flag(certificate.is_some());
                self.unread(*at);
            }
        }
    }
}
