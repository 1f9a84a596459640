//! A state out of the bytes that were written of it.

use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use crate::lifecycle::World;
use crate::model::instance::Annex;
use crate::model::{
    Application, Bill, CertificateInstance, ChainId, Deployment, EarlierOrder, End, Hold,
    HoldState, HostingChain, InstanceId, Live, Member, MemberState, Note, OrderId, Origin, Phase,
    Pin, PlanId, Purchase, PurchaseId, PurchaseKind, RefundState, Renewed, ResourcePlan,
    Revocation, RevocationCause, RevocationReason, RevocationStage, Timestamp, Uploaded,
};

use super::super::timeline::Laws;
use super::kit::{Kit, OfOrder};
use super::state::State;

/// Reads what [`Names::Own`](super::write::Names::Own) wrote. None if the bytes are no state.
pub(super) struct Reader<'k> {
    pub(super) kit: &'k Kit,
    pub(super) laws: &'k Laws,
    pub(super) start: Timestamp,
    pub(super) bytes: &'k [u8],
}

/// A chain, where there is one.
struct Chained(Option<ChainId>);

/// An instant, where there is one.
struct Maybe(Option<Timestamp>);

impl Reader<'_> {
    pub(super) fn state(&mut self) -> Option<State> {
        let (orders, turns) = (self.byte()?, self.byte()?);
        let now = self.at()?;
        let plans = self.list(Self::plan)?;
        let instances = self.list(Self::instance)?;
        let purchases = self.list(Self::purchase)?;
        let chains = self.list(Self::chain)?;
        let world = World::of(self.kit.account, instances, plans, chains, purchases);
        self.bytes.is_empty().then_some(State {
            world,
            now,
            orders,
            turns,
        })
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.byte()?;
        (0..count).map(|_| one(self)).collect()
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*first)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn flag(&mut self) -> Option<bool> {
        Some(self.byte()? == 1)
    }

    fn at(&mut self) -> Option<Timestamp> {
        let seconds = i32::from_le_bytes(self.array()?);
        Some(self.start.saturating_add(i64::from(seconds)))
    }

    fn instance_id(&mut self) -> Option<InstanceId> {
        let number = self.byte()?;
        self.kit.instance(number)
    }

    fn of_order(&mut self) -> Option<&OfOrder> {
        let number = self.byte()?;
        self.kit.order(number)
    }

    fn order(&mut self) -> Option<OrderId> {
        self.of_order().map(|of| of.id)
    }

    fn plan_id(&mut self) -> Option<PlanId> {
        let number = self.byte()?;
        self.kit.plan(number)
    }

    fn purchase_id(&mut self) -> Option<PurchaseId> {
        let number = self.byte()?;
        self.kit.purchase(number)
    }

    /// The chain of a number; 0 is none.
    fn chain_id(&mut self) -> Option<Chained> {
        let (is_some, number) = (self.flag()?, self.byte()?);
        let id = self.kit.chain(number);
        (id.is_some() == is_some).then_some(Chained(id))
    }

    fn pin(&mut self) -> Option<Pin> {
        let place = usize::from(self.byte()?);
        Some(self.laws.editions().get(place)?.pin())
    }

    fn bill(&mut self) -> Option<Bill> {
        Some(Bill {
            payment: self.kit.payment,
            paid_at: self.at()?,
            pin: self.pin()?,
            refund: match self.byte()? {
                0 => RefundState::None,
                1 => RefundState::Review {
                    claimed_at: self.at()?,
                },
                2 => RefundState::Refunded {
                    at: self.at()?,
                    cash: u64::from_le_bytes(self.array()?),
                },
                _ => return None,
            },
        })
    }

    fn plan(&mut self) -> Option<ResourcePlan> {
        let id = self.plan_id()?;
        let bill = self.bill()?;
        let [total, reserved, settled, revocations] = self.array()?.map(u32::from);
        let [issued, revoked, taken] = self.array()?.map(u64::from);
        Some(ResourcePlan {
            id,
            account: self.kit.account,
            product: self.kit.product,
            bill,
            total,
            reserved,
            settled,
            issued,
            revoked,
            revocations,
            taken,
        })
    }

    fn purchase(&mut self) -> Option<Purchase> {
        Some(Purchase {
            id: self.purchase_id()?,
            account: self.kit.account,
            product: self.kit.product,
            kind: match self.byte()? {
                0 => PurchaseKind::New,
                1 => PurchaseKind::Renewal,
                2 => PurchaseKind::Hosting,
                _ => return None,
            },
            bill: self.bill()?,
            first: self.instance_id()?,
            chain: self.chain_id()?.0,
            count: u32::from(self.byte()?),
            revocations: u32::from(self.byte()?),
        })
    }

    fn chain(&mut self) -> Option<HostingChain> {
        let number = self.byte()?;
        let id = self.kit.chain(number)?;
        Some(HostingChain {
            id,
            account: self.kit.account,
            product: self.kit.product,
            purchase: self.purchase_id()?,
            pin: self.pin()?,
            submission: self.flag()?.then(|| self.kit.submission.clone()),
            members: self.list(|reader| {
                Some(Member {
                    instance: reader.instance_id()?,
                    state: match reader.byte()? {
                        0 => MemberState::Begun,
                        1 => MemberState::Waiting,
                        2 => MemberState::Cancelled,
                        _ => return None,
                    },
                })
            })?,
        })
    }

    fn instance(&mut self) -> Option<CertificateInstance> {
        let id = self.instance_id()?;
        let origin = match self.byte()? {
            0 => Origin::Plan(Hold {
                plan: self.plan_id()?,
                state: match self.byte()? {
                    0 => HoldState::Reserved,
                    1 => HoldState::Settled,
                    2 => HoldState::Returned,
                    _ => return None,
                },
            }),
            1 => Origin::Purchase(self.purchase_id()?),
            2 => Origin::Uploaded,
            _ => return None,
        };
        Some(CertificateInstance {
            id,
            account: self.kit.account,
            product: self.kit.product,
            origin,
            phase: self.phase()?,
            annex: if self.flag()? {
                Some(Box::new(self.annex()?))
            } else {
                None
            },
        })
    }

    fn annex(&mut self) -> Option<Annex> {
        Some(Annex {
            chain: self.chain_id()?.0,
            renewed: if self.flag()? {
                Some(Renewed {
                    from: self.instance_id()?,
                    carries: self.maybe_at()?.0,
                })
            } else {
                None
            },
            absorbed: self.list(Self::instance_id)?,
            deployments: self.list(|reader| {
                Some(Deployment {
                    target: reader.kit.target,
                    domain: None,
                    at: reader.at()?,
                })
            })?,
            earlier: self.list(|reader| {
                let (order, key) = {
                    let of = reader.of_order()?;
                    (of.id, of.key)
                };
                Some(EarlierOrder {
                    order,
                    key: reader.flag()?.then_some(key),
                })
            })?,
            orphans: self.list(|reader| reader.of_order().map(|of| of.fingerprint))?,
        })
    }

    fn application(&mut self) -> Option<Application> {
        let (order, key) = {
            let of = self.of_order()?;
            (of.id, of.key)
        };
        Some(Application {
            order,
            submission: self.kit.submission.clone(),
            names: self.kit.names.clone(),
            submitted_at: self.at()?,
            pin: self.pin()?,
            key: self.flag()?.then_some(key),
            challenge: self.flag()?.then(|| self.kit.challenge.clone()),
            automatic: self.flag()?,
        })
    }

    fn certificate(&mut self, order: OrderId) -> Option<Arc<crate::model::IssuedCertificate>> {
        let (first, last) = (self.at()?, self.at()?);
        self.kit
            .certificate(super::kit::order_number(order), first, last)
    }

    fn reason(&mut self) -> Option<RevocationReason> {
        let code = self.byte()?;
        RevocationReason::ALL
            .into_iter()
            .find(|reason| reason.code() == code)
    }

    fn maybe_at(&mut self) -> Option<Maybe> {
        let is_some = self.flag()?;
        Some(Maybe(if is_some { Some(self.at()?) } else { None }))
    }

    fn live(&mut self) -> Option<Live> {
        let application = self.application()?;
        Some(Live {
            certificate: self.certificate(application.order)?,
            application,
            issued_at: self.at()?,
            noticed_at: self.maybe_at()?.0,
            revocation: if self.flag()? {
                Some(Revocation {
                    stage: match self.byte()? {
                        0 => RevocationStage::ToConfirm,
                        1 => RevocationStage::InReview,
                        _ => return None,
                    },
                    requested_at: self.at()?,
                    confirmed_at: self.maybe_at()?.0,
                    reason: self.reason()?,
                })
            } else {
                None
            },
        })
    }

    fn phase(&mut self) -> Option<Phase> {
        Some(match self.byte()? {
            0 => Phase::NotActivated {
                order: self.order()?,
            },
            1 => Phase::Bought {
                order: self.order()?,
                at: self.at()?,
            },
            2 => Phase::Verifying(self.application()?),
            3 => Phase::Validating(self.application()?),
            4 => Phase::Failed {
                application: self.application()?,
                at: self.at()?,
                reason: self.kit.note.clone(),
            },
            5 => Phase::Pending {
                withdrawn: self.application()?,
                at: self.at()?,
            },
            6 => Phase::Live(self.live()?),
            7 => Phase::Revoked {
                live: self.live()?,
                at: self.at()?,
                cause: match self.byte()? {
                    0 => RevocationCause::ByHolder,
                    1 => RevocationCause::ByCa,
                    _ => return None,
                },
                reason: self.reason()?,
            },
            8 => {
                let order = self.order()?;
                Phase::Uploaded(Uploaded {
                    order,
                    name: Note::new(&super::small::upload_name(super::kit::order_number(order)))
                        .ok()?,
                    certificate: self.certificate(order)?,
                    at: self.at()?,
                    noticed_at: self.maybe_at()?.0,
                })
            }
            9 => Phase::Ended {
                order: self.order()?,
                how: match self.byte()? {
                    0 => End::Closed,
                    1 => End::Cancelled,
                    2 => End::Merged(self.instance_id()?),
                    _ => return None,
                },
                at: self.at()?,
            },
            10 => {
                let of = self.of_order()?.clone();
                Phase::Deleted {
                    order: of.id,
                    key: self.flag()?.then_some(of.key),
                    names: self.flag()?.then(|| self.kit.names.clone()),
                    certificate: self.flag()?.then_some(of.fingerprint),
                    at: self.at()?,
                }
            }
            _ => return None,
        })
    }
}
