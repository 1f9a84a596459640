//! Every operation about an order, in every state that an order reaches.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use cert_lifecycle::adapter::MemoryKeyVault;
use cert_lifecycle::lifecycle::{CommandKind, Event, Law, Outcome, table};
use cert_lifecycle::model::{
    AccountId, InstanceId, Note, OrderId, ProductCode, RevocationReason, Status, Timestamp,
    ValidationClass,
};
use cert_lifecycle::port::{
    Batch, BoxFuture, Claim, CommitError, DueRow, Filter, Lease, Listed, ListedPlan,
    ListedPurchase, Loaded, OutboxPart, OutboxRow, Position, Read, RequestId, Store, StoreError,
    StreamId, Version,
};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::wire::Operation;

use super::world::{API_2021, API_2023, API_2025, DAY, DV, World, refused, wait};

const STATES: [Status; 9] = [
    Status::DomainVerification,
    Status::Validating,
    Status::ValidationFailed,
    Status::PendingApplication,
    Status::Issued,
    Status::PendingExpiration,
    Status::Expired,
    Status::ValidatingRevocation,
    Status::Revoked,
];

/// The operations about an order, and the command that each is, issued or not.
const ABOUT: [(Operation, CommandKind, CommandKind); 6] = [
    (
        Operation::CancelOrderRequest,
        CommandKind::Withdraw,
        CommandKind::Withdraw,
    ),
    (
        Operation::DeleteCertificateRequest,
        CommandKind::Delete,
        CommandKind::Delete,
    ),
    (
        Operation::CancelCertificateForPackageRequest,
        CommandKind::CancelOrder,
        CommandKind::RequestRevocation,
    ),
    (
        Operation::RenewCertificateOrderForPackageRequest,
        CommandKind::Renew,
        CommandKind::Renew,
    ),
    (
        Operation::GetUserCertificateDetail,
        CommandKind::Collect,
        CommandKind::Collect,
    ),
    (
        Operation::DeleteUserCertificate,
        CommandKind::DeleteCertificate,
        CommandKind::DeleteCertificate,
    ),
];

fn order_in(world: &World, state: Status) -> OrderId {
    let order = match state {
        Status::DomainVerification => world.create(DV),
        Status::Validating => world.validating(DV),
        Status::ValidationFailed => world.failed(DV),
        Status::PendingApplication => {
            let order = world.create(DV);
            world.of(Operation::CancelOrderRequest, order).unwrap();
            order
        }
        _ => world.issued(DV),
    };
    let described = wait(world.service().describe(world.account, order)).unwrap();
    let end = described
        .instance
        .certificate()
        .map(|own| own.validity().not_after());
    match state {
        Status::PendingExpiration => world.clock.set(end.unwrap().saturating_add(-5 * DAY)),
        Status::Expired => world.clock.set(end.unwrap().saturating_add(DAY)),
        Status::ValidatingRevocation | Status::Revoked => {
            let revoke = Operation::CancelCertificateForPackageRequest;
            world.of(revoke, order).unwrap();
            if state == Status::Revoked {
                world.work();
                world.shown(order);
            }
        }
        _ => {}
    }
    let described = wait(world.service().describe(world.account, order)).unwrap();
    assert_eq!(described.status, state);
    order
}

fn revoked_by_ca(world: &World) -> OrderId {
    let order = world.issued(DV);
    let (reason, now) = (
        RevocationReason::KeyCompromise,
        world.service().ports().clock.now(),
    );
    world.ca.revoke_on_own_account(order, reason, now).unwrap();
    assert_eq!(world.shown(order), "unknow");
    order
}

#[test]
fn r14_every_operation_in_every_state_is_answered_as_the_table_has_it() {
    let book = Rulebook::published();
    for edition in [API_2021, API_2023, API_2025] {
        let values = book.edition(edition).unwrap();
        let law = Law::single(&values, book.ceilings());
        let table = table(ValidationClass::Dv, &law);
        for state in STATES {
            let row = table
                .rows
                .iter()
                .find(|row| row.status == Some(state))
                .unwrap();
            let issued = !matches!(
                state,
                Status::DomainVerification
                    | Status::Validating
                    | Status::ValidationFailed
                    | Status::PendingApplication
            );
            for (operation, before, after) in ABOUT {
                let command = if issued { after } else { before };
                let cell = row
                    .cells
                    .iter()
                    .find(|cell| cell.command == command)
                    .unwrap();
                let world = World::new(edition);
                world.buy(DV, 3);
                // A renewal of what is revoked is the CA's debt (T-48): the table's sample is so.
                let by_ca = state == Status::Revoked && command == CommandKind::Renew;
                let order = if by_ca {
                    revoked_by_ca(&world)
                } else {
                    order_in(&world, state)
                };
                let units = world.units(DV);
                let answer = world.of(operation, order);
                let what = format!("{edition}: {operation} in {state}: {}", cell.outcome);
                match cell.outcome {
                    Outcome::Leads { .. } | Outcome::Recorded { .. } | Outcome::Nothing => {
                        assert!(answer.is_ok(), "{what}: {answer:?}");
                    }
                    Outcome::Refused { .. } => {
                        // There is no detail of what was never issued.
                        let detail = operation == Operation::GetUserCertificateDetail;
                        let code = if detail && !issued {
                            (404, "NotFoundOrder")
                        } else {
                            (403, "OrderStateError")
                        };
                        assert_eq!(refused(answer), code, "{what}");
                        let after = wait(world.service().describe(world.account, order));
                        assert_eq!(after.unwrap().status, state, "R-26: {what}");
                        assert_eq!(world.units(DV), units, "R-26: {what}");
                    }
                    Outcome::Unreachable => panic!("{what}"),
                }
            }
        }
    }
}

/// A store that takes no batch for a while, and counts what is loaded.
pub(crate) struct Watched {
    pub(crate) inner: Arc<dyn Store>,
    pub(crate) shut: Arc<AtomicBool>,
    pub(crate) loads: Arc<AtomicUsize>,
}

macro_rules! passed_on {
    ($($name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&self, $($argument: $type),*) -> BoxFuture<'_, Result<$answer, StoreError>> {
            self.inner.$name($($argument),*)
        })*
    };
}

impl Store for Watched {
    fn load(&self, account: AccountId, read: Read) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        self.inner.load(account, read)
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<(), CommitError>> {
        if self.shut.load(Ordering::SeqCst) {
            let away = StoreError::Unavailable(None);
            return Box::pin(async { Err(CommitError::Store(away)) });
        }
        self.inner.commit(batch)
    }

    passed_on! {
        journal(account: AccountId, stream: StreamId, after: Version, limit: usize) -> Vec<Event>;
        forget_records(before: Timestamp, limit: usize) -> usize;
        list(account: AccountId, filter: Filter, before: Option<Position>, limit: usize) -> Vec<Listed>;
        count(account: AccountId, filter: Filter) -> u64;
        plans(account: AccountId, product: Option<ProductCode>, before: Option<Position>, limit: usize) -> Vec<ListedPlan>;
        purchases(account: AccountId, before: Option<Position>, limit: usize) -> Vec<ListedPurchase>;
        due(lease: Lease) -> Vec<DueRow>;
        reschedule(account: AccountId, instance: InstanceId, claim: Claim, due_at: Option<Timestamp>) -> ();
        lease(lease: Lease) -> Vec<OutboxRow>;
        finish(row: RequestId) -> ();
        postpone(row: RequestId, claim: Claim, until: Timestamp) -> ();
        park(row: RequestId, claim: Claim, reason: Note) -> ();
        retry(row: RequestId, at: Timestamp) -> bool;
        outbox(part: OutboxPart, after: Option<Position>, limit: usize) -> Vec<OutboxRow>;
    }
}

#[test]
fn r21_what_the_store_does_not_take_is_an_error_and_a_permitted_deletion_fails() {
    let shut = Arc::new(AtomicBool::new(false));
    let around = |inner| -> Arc<dyn Store> {
        let shut = Arc::clone(&shut);
        let loads = Arc::default();
        Arc::new(Watched { inner, shut, loads })
    };
    let world = World::with(API_2021, around, Arc::new(MemoryKeyVault::new()));
    world.buy(DV, 2);
    let (failed, waiting) = (world.failed(DV), world.create(DV));
    let units = world.units(DV);
    shut.store(true, Ordering::SeqCst);
    let delete = Operation::DeleteCertificateRequest;
    assert_eq!(refused(world.of(delete, failed)), (403, "DeleteFail"));
    assert_eq!(refused(world.of(delete, waiting)), (403, "OrderStateError"));
    assert_eq!(
        refused(world.of(Operation::CancelOrderRequest, waiting)),
        (500, "Error")
    );
    // Reading needs no batch: what is stored is told, though the CA's answer can't be noted.
    assert_eq!(world.shown(failed), "verify_fail");
    shut.store(false, Ordering::SeqCst);
    assert_eq!(world.units(DV), units, "R-21: nothing was returned");
    world.of(delete, failed).unwrap();
}
